"""From formulas to JavaScript."""

from __future__ import annotations

import re

import sympy
from sympy.printing.jscode import JavascriptCodePrinter

from gantext.widgets.operations import sigmoid, softplus, xlog1py, xlogy
from gantext.widgets.symbolic import Formula

_OWN = {f.__name__: f.__name__ for f in (sigmoid, softplus, xlogy, xlog1py)} | {
    "log1p": "Math.log1p"
}

_PRELUDE = {
    "sigmoid": "(x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)))",
    "softplus": "(x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))",
    "xlogy": "(x, y) => (x === 0 ? 0 : x * Math.log(y))",
    "xlog1py": "(x, y) => (x === 0 ? 0 : x * Math.log1p(y))",
}


def prelude(code: str) -> str:
    """Return those functions, as JavaScript, that code of ``javascript`` calls."""
    called = [name for name in _PRELUDE if re.search(rf"\b{name}\(", code)]
    return "".join(f"const {name} = {_PRELUDE[name]};\n" for name in called)


def javascript(name: str, formula: Formula) -> str:
    """Print a formula as a JavaScript function of arrays that returns an array.

    It may use what ``prelude`` defines.
    """
    taken = {symbol for group in formula.arguments for symbol in group}
    fresh = (s for s in sympy.numbered_symbols("t") if s not in taken)
    steps, results = sympy.cse(formula.results, symbols=fresh, order="canonical")
    show = _Printer().doprint
    inputs = ", ".join(f"[{', '.join(map(str, group))}]" for group in formula.arguments)
    lines = [f"const {name} = ({inputs}) => {{"]
    lines += [f"  const {symbol} = {show(value)};" for symbol, value in steps]
    lines += [f"  return [{', '.join(map(show, results))}];", "};"]
    return "\n".join(lines)


class _Printer(JavascriptCodePrinter):  # type: ignore[misc]
    """sympy's printer, with all conditions as expressions."""

    def __init__(self) -> None:
        super().__init__({"user_functions": _OWN})

    def _print_Piecewise(self, expr: sympy.Expr) -> str:
        *cases, (otherwise, _) = expr.args
        shown = self._print(otherwise)
        for value, condition in reversed(cases):
            shown = f"({self._print(condition)} ? {self._print(value)} : {shown})"
        return shown

    def _print_Relational(self, expr: sympy.Expr) -> str:
        return str(super()._print_Relational(expr)).replace("==", "===")

    def _print_Float(self, expr: sympy.Expr) -> str:
        return repr(float(expr))  # the shortest digits that give this number back

    def _print_sign(self, expr: sympy.Expr) -> str:
        return f"Math.sign({self._print(expr.args[0])})"
