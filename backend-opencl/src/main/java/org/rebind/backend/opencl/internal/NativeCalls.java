package org.rebind.backend.opencl.internal;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.opencl.Pfn_notify_BytePointer_Pointer_long_Pointer;

/**
 * The two functions of the C library the guards need, {@code setenv} and {@code sigaction}, called through the binding
 * of an OpenCL callback type with four register arguments. That is right for the Linux calling conventions of x86-64
 * and AArch64 (an unused fourth argument and an unread result are harmless); {@link #available} is false elsewhere.
 */
final class NativeCalls {
    /** Room for a {@code struct sigaction} on any Linux, in bytes. */
    static final int SIGACTION_BYTES = 256;

    private static final String PHYSICAL_LIMIT = "org.bytedeco.javacpp.maxPhysicalBytes";

    private final Pfn_notify_BytePointer_Pointer_long_Pointer setenv;
    private final Pfn_notify_BytePointer_Pointer_long_Pointer sigaction;

    /** @throws LinkageError if the OpenCL binding cannot be loaded */
    NativeCalls() {
        // JavaCPP refuses every small allocation once the process is larger than a few heaps; device buffers in shared
        // memory count towards that, and have a limit of their own. Heeded if nothing loaded JavaCPP before.
        if (System.getProperty(PHYSICAL_LIMIT) == null) {
            System.setProperty(PHYSICAL_LIMIT, "0");
        }
        Loader.load(org.bytedeco.opencl.global.OpenCL.class);
        boolean linux = Loader.getPlatform().equals("linux-x86_64") || Loader.getPlatform().equals("linux-arm64");
        setenv = linux ? function("setenv") : null;
        sigaction = linux ? function("sigaction") : null;
    }

    /** Whether this platform's calling convention and C library are the known ones. */
    boolean available() {
        return setenv != null && sigaction != null;
    }

    /** Sets a variable in this process's environment, where native code sees it (Java's own copy does not change). */
    void setenv(String name, String value) {
        try (BytePointer n = new BytePointer(name); BytePointer v = new BytePointer(value)) {
            setenv.call(n, v, 1, null);
        }
    }

    /** Writes the handler of a signal into {@code to}, of {@link #SIGACTION_BYTES} bytes. */
    void readHandler(int signal, BytePointer to) {
        sigaction.call(new Number(signal), null, to.address(), null);
    }

    void installHandler(int signal, BytePointer from) {
        sigaction.call(new Number(signal), from, 0, null);
    }

    private static Pfn_notify_BytePointer_Pointer_long_Pointer function(String name) {
        Pointer address = Loader.addressof(name);
        if (address == null || address.isNull()) {
            return null;
        }
        LongPointer holder = new LongPointer(2); // JavaCPP reads the function's address from here; lives as long
        holder.put(0, address.address()).put(1, 0L);
        return new Pfn_notify_BytePointer_Pointer_long_Pointer(holder);
    }

    /** An integer argument where the binding's type says pointer. */
    private static final class Number extends BytePointer {
        Number(int value) {
            super((Pointer) null);
            address = value;
        }
    }
}
