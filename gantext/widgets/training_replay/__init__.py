"""A recorded training, frame by frame: samples, the discriminator's surface and the losses."""
