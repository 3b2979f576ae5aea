"""The paper's studies as commands, with the published results beside the new ones."""
