"""The paper's studies as commands: what is trained or judged, with which published figures beside it."""
