r"""The two-point world, where a simple forger would rather paint one picture only.

The data are :math:`-1` and :math:`+1`, half each. The forger puts the mass :math:`q` on :math:`-1`.
With the complexity `quadratic`, balance :math:`q = \tfrac12` gives way in a pitchfork; with
`quartic` it stays beside collapsed minima, behind a barrier.
"""
