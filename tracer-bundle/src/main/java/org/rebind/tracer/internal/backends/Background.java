package org.rebind.tracer.internal.backends;

import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that compile for arriving backends, and one that keeps house: daemons, all started when the runtime
 * starts, or later by the one that keeps house. A thread started otherwise could be started by a backend that registers,
 * and would inherit its class loader.
 */
final class Background {
    private static final System.Logger LOG = System.getLogger(Background.class.getName());
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final ScheduledThreadPoolExecutor threads;
    private final ScheduledThreadPoolExecutor house = pool(1); // goes on while compilations keep all others busy
    private final Map<Thread, Long> running = new ConcurrentHashMap<>(); // since when each thread runs its task
    private volatile int size;
    private int stuck; // threads added for stuck ones; used by one thread

    Background(int size) {
        this.size = size;
        threads = pool(size);
    }

    private static ScheduledThreadPoolExecutor pool(int size) {
        ScheduledThreadPoolExecutor pool = new ScheduledThreadPoolExecutor(size, Background::thread);
        pool.setRemoveOnCancelPolicy(true);
        pool.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        pool.prestartAllCoreThreads();
        return pool;
    }

    private static Thread thread(Runnable r) {
        Thread t = new Thread(null, r, "rebind-background-" + NUMBER.incrementAndGet(), 0, false);
        t.setContextClassLoader(Background.class.getClassLoader());
        t.setDaemon(true);
        return t;
    }

    void resize(int newSize) {
        size = newSize;
        threads.setCorePoolSize(newSize);
        threads.prestartAllCoreThreads();
    }

    /** Adds a thread for each that has been at one task for longer; takes them out again afterwards. 0 for never. */
    void replaceStuck(long limitMillis) {
        long now = System.nanoTime();
        int count = limitMillis == 0 ? 0
                : (int) running.values().stream().filter(t -> (now - t) / 1_000_000 > limitMillis).count();
        if (count != stuck) {
            LOG.log(Level.WARNING, "{0} of the background threads have been at one task for more than {1} ms; as many are"
                    + " added meanwhile", Integer.toString(count), Long.toString(limitMillis));
            stuck = count;
            threads.setCorePoolSize(size + count);
            threads.prestartAllCoreThreads();
        }
    }

    void execute(Runnable task) {
        after(0, task);
    }

    void after(long millis, Runnable task) {
        try {
            threads.schedule(() -> guarded(task), millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.log(Level.DEBUG, "the runtime is stopping: a background task is left out");
        }
    }

    void every(long millis, Runnable task) {
        house.scheduleWithFixedDelay(() -> guarded(task), millis, millis, TimeUnit.MILLISECONDS);
    }

    private void guarded(Runnable task) {
        running.put(Thread.currentThread(), System.nanoTime());
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, "a background task failed: {0}", Texts.of(e));
        } finally {
            running.remove(Thread.currentThread());
        }
    }

    void stop() {
        threads.shutdownNow();
        house.shutdownNow();
    }
}
