package org.rebind.bindings.aparapi;

import com.aparapi.Config;
import com.aparapi.Kernel;
import com.aparapi.Range;
import com.aparapi.device.JavaDevice;
import com.aparapi.internal.kernel.KernelManager;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * One Aparapi kernel with its own threads that runs whatever body it is given. Not thread-safe: one launch at a time.
 *
 * <p>Lives in this long-lived bundle because Aparapi keeps the class of every executed kernel in static maps; bodies are
 * forgotten when their launch ends, so the bundles they come from can go. Aparapi's native library is not packed here:
 * its OpenCL drivers would replace the JVM's signal handlers (PoCL's SIGSEGV handler crashes a JVM that relies on implicit
 * null checks), and Java threads need none of it.
 */
public final class Launcher implements AutoCloseable {
    /** What every worker of a launch runs. */
    public interface Body {
        /** @param worker 0 to workers - 1, each once; must not throw */
        void run(int worker);
    }

    private static final class BodyKernel extends Kernel {
        /** The kernel's own threads; Aparapi never ends them, and clones the kernel for each. */
        final AtomicReference<ForkJoinPool> threads = new AtomicReference<>();
        private volatile Body body;

        @Override
        public void run() {
            Body b = body;
            if (threads.get() == null) {
                threads.set(ForkJoinTask.getPool());
            }
            if (b != null) {
                b.run(getGlobalId());
            }
        }
    }

    private final BodyKernel kernel;
    private final Range[] ranges;

    /** @param maxWorkers threads of the largest launch, at least 1 */
    public Launcher(int maxWorkers) {
        Logger aparapi = Logger.getLogger(Config.getLoggerName()); // which also initialises the logger
        Level before = aparapi.getLevel();
        aparapi.setLevel(Level.OFF); // Aparapi reports the missing native library as an error
        try {
            kernel = new BodyKernel();
            KernelManager.instance().setPreferredDevices(kernel, new LinkedHashSet<>(List.of(JavaDevice.THREAD_POOL)));
        } finally {
            aparapi.setLevel(before);
        }
        ranges = new Range[maxWorkers];
        for (int i = 0; i < maxWorkers; i++) {
            // one group: its size always divides the range, so that Aparapi loses no id
            ranges[i] = Range.create(JavaDevice.THREAD_POOL, i + 1, i + 1);
        }
    }

    /** Runs the body once for each worker, each on a thread of its own, and waits for all of them. */
    public void launch(int workers, Body body) {
        kernel.body = body;
        try {
            kernel.execute(ranges[workers - 1]);
        } finally {
            kernel.body = null;
        }
    }

    /** Ends the threads. */
    @Override
    public void close() {
        kernel.dispose();
        ForkJoinPool threads = kernel.threads.get();
        if (threads != null) {
            threads.shutdown();
        }
    }
}
