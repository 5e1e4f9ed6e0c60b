package org.rebind.backend.opencl.internal;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;

/**
 * What keeps an OpenCL driver from harming the JVM it is loaded into. PoCL installs a SIGFPE handler that makes Java's
 * {@code 1/0} continue silently, and its LLVM replaces the JVM's SIGSEGV handler, which implicit null checks and
 * safepoints need, at the first build and again at the first build after any signal. So: the environment is set before
 * the first OpenCL call, the JVM's handlers are saved then and put back after every build, and {@link #verify} proves
 * with a real division by zero and a real implicit null check that they work. docs/decisions/0006-opencl-signals.md has the
 * measurements. One instance a process; thread-safe.
 */
final class ProcessGuards {
    private static final System.Logger LOG = System.getLogger(ProcessGuards.class.getName());
    /** SIGQUIT (jstack, or a thread dump, would end the JVM), SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV: the numbers are Linux's. */
    private static final int[] SIGNALS = {3, 4, 5, 6, 7, 8, 11};

    // Volatile, so that no compiler decides the two tests beforehand.
    private static volatile int zero;
    private static volatile int[] none;

    private final NativeCalls calls;
    private final BytePointer[] saved = new BytePointer[SIGNALS.length];

    private ProcessGuards(NativeCalls calls) {
        this.calls = calls;
    }

    private static final class Holder {
        static final ProcessGuards INSTANCE = prepare();
    }

    /**
     * The guards, in place; the first call prepares the process. A redeployed backend gets new ones over handlers that
     * the old ones kept right.
     *
     * @throws LinkageError if the OpenCL binding cannot be loaded
     */
    static ProcessGuards install() {
        return Holder.INSTANCE;
    }

    private static ProcessGuards prepare() {
        ProcessGuards guards = new ProcessGuards(new NativeCalls());
        if (guards.calls.available()) {
            guards.calls.setenv("POCL_SIGFPE_HANDLER", "0");
            guards.compileOnce();
            guards.makeCacheWritable();
            // Another library may have loaded PoCL before us: LLVM's handler gives the JVM's back on its first signal.
            implicitNullCheckWorks();
            guards.save();
        } else {
            LOG.log(Level.DEBUG, "environment of OpenCL drivers is not guarded on this platform; for PoCL start the JVM"
                    + " with POCL_SIGFPE_HANDLER=0");
        }
        return guards;
    }

    /**
     * By default PoCL compiles each kernel twice: for its binary, and at the first launch once more for that launch's
     * local size. Ours state their local size and loop by themselves, so that the second gains nothing.
     */
    private void compileOnce() {
        if (System.getenv("POCL_WORK_GROUP_SPECIALIZATION") == null) {
            calls.setenv("POCL_WORK_GROUP_SPECIALIZATION", "0");
        }
    }

    private void makeCacheWritable() {
        String set = System.getenv("POCL_CACHE_DIR");
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path dir = set != null ? Path.of(set)
                : xdg != null ? Path.of(xdg, "pocl", "kcache")
                : Path.of(System.getProperty("user.home"), ".cache", "pocl", "kcache");
        if (writable(dir)) {
            return;
        }
        Path other = Path.of(System.getProperty("java.io.tmpdir"), "pocl-" + System.getProperty("user.name"));
        LOG.log(Level.INFO, "PoCL's cache {0} is not writable; using {1}", dir, other);
        if (writable(other)) {
            calls.setenv("POCL_CACHE_DIR", other.toString());
        }
    }

    private static boolean writable(Path dir) {
        try {
            Files.createDirectories(dir);
            return Files.isWritable(dir);
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }

    private void save() {
        for (int i = 0; i < SIGNALS.length; i++) {
            saved[i] = new BytePointer(NativeCalls.SIGACTION_BYTES);
            saved[i].fill(0);
            calls.readHandler(SIGNALS[i], saved[i]);
        }
    }

    /** Puts the JVM's signal handlers back; called after whatever may have loaded a driver or run its compiler. */
    void restoreHandlers() {
        for (int i = 0; i < SIGNALS.length && saved[i] != null; i++) {
            calls.installHandler(SIGNALS[i], saved[i]);
        }
    }

    /** The address of the handler a signal has now, 0 for the default; for tests. */
    long handler(int signal) {
        try (BytePointer now = new BytePointer(NativeCalls.SIGACTION_BYTES)) {
            now.fill(0);
            calls.readHandler(signal, now);
            return now.getLong(0);
        }
    }

    /** Why the JVM no longer works as it must, as a sentence; empty when it does. */
    static String verify() {
        if (!divisionByZeroThrows()) {
            return "the OpenCL driver's SIGFPE handler makes integer division by zero continue silently in Java; start"
                    + " the JVM with POCL_SIGFPE_HANDLER=0 in its environment";
        }
        return implicitNullCheckWorks() ? "" : "null checks of the JVM no longer work under the OpenCL driver";
    }

    private static boolean divisionByZeroThrows() {
        try {
            zero = 1 / zero;
            return false;
        } catch (ArithmeticException e) {
            return true;
        } finally {
            zero = 0;
        }
    }

    private static boolean implicitNullCheckWorks() {
        try {
            return none.length < 0;
        } catch (NullPointerException e) {
            return true;
        }
    }

    /** Whether a linker is on the PATH: PoCL aborts the whole process without one. */
    static boolean linkerOnPath() {
        String path = System.getenv("PATH");
        return path != null && Arrays.stream(path.split(File.pathSeparator)).filter(p -> !p.isEmpty())
                .anyMatch(p -> Files.isExecutable(Path.of(p, "ld")));
    }
}
