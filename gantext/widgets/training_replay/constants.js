// Made by `python -m tools.formulas` from gantext.widgets.training_replay.constants.
export const BITS = {"samples": 12, "surface": 6};
export const PER_FRAME = ["generator_loss", "discriminator_loss", "favourite", "share", "captured", "quality"];
export const WORDS = {
  "sentence": "{name}, step {step}: {where}; {captured} of {modes} modes captured{beyond}.",
  "nearest": "{share}% of the samples are nearest to mode {favourite}",
  "lost": "no sample is a finite number",
  "beyond": ", with {away} of {count} samples outside the picture"
};
export const TITLES = {
  "step": "step",
  "loss": "loss",
  "losses": "losses",
  "samples": "generator's samples",
  "modes": "modes of the data",
  "surface": "D(x), from 0 to 1"
};
