"""vestige: class-selective units in early training, reproduced, extended and checked."""
