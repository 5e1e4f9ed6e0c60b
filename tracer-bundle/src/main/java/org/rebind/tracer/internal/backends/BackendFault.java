package org.rebind.tracer.internal.backends;

import org.rebind.backend.BackendException;

/** A failure of one backend on its way to the retry; never leaves this package, and so pins no class loader. */
final class BackendFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What the failure says. */
    enum Kind {
        /** About this graph only. */
        GRAPH,
        /** About memory; making room may help. */
        MEMORY,
        /** About the device. */
        DEVICE
    }

    final transient BackendSlot slot;
    final Kind kind;

    private BackendFault(BackendSlot slot, Kind kind, Throwable cause) {
        super(Texts.brief(cause), cause, false, false);
        this.slot = slot;
        this.kind = kind;
    }

    static BackendFault compiling(BackendSlot slot, Throwable cause) {
        Kind kind = kind(cause);
        boolean device = cause instanceof BackendException e && e.kind() == BackendException.Kind.DEVICE_LOST;
        return new BackendFault(slot, kind == Kind.DEVICE && !device ? Kind.GRAPH : kind, cause);
    }

    static BackendFault executing(BackendSlot slot, Throwable cause) {
        return new BackendFault(slot, kind(cause), cause);
    }

    private static Kind kind(Throwable cause) {
        if (cause instanceof OutOfMemoryError) {
            return Kind.MEMORY;
        }
        if (!(cause instanceof BackendException e)) {
            return cause instanceof WrongResult ? Kind.GRAPH : Kind.DEVICE;
        }
        return switch (e.kind()) {
            case COMPILE -> Kind.GRAPH;
            case OUT_OF_MEMORY -> Kind.MEMORY;
            case EXECUTE, DEVICE_LOST -> Kind.DEVICE;
        };
    }

    /** A backend's results do not have the graph's types. */
    static final class WrongResult extends RuntimeException {
        private static final long serialVersionUID = 1L;

        WrongResult(String message) {
            super(message);
        }
    }
}
