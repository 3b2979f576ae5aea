"""The engines that run a network, one file each, behind the protocol `Backend`."""
