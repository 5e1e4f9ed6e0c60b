package org.rebind.backend;

/** What sort of hardware a device is; the order is the order of preference when nothing else decides. */
public enum DeviceKind {
    GPU, ACCELERATOR, CPU,
    /** The reference interpreter: always there, never fast. */
    INTERPRETER
}
