package org.rebind.backend.cuda.internal;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.rebind.backend.BackendException;

/**
 * One device's context: a stream for kernels, one for each direction of transfer, and the memory of the device. All
 * kernels run in order on one stream, so that memory given back by one call may serve the next without a wait. Calls
 * come from any thread; submitting takes a short lock and does not wait for the device. Whatever touches the compute stream
 * holds that lock, events too: a call from another thread in the middle of a capture would end up in the graph. Locks are
 * taken in the order uploads, downloads, compute.
 *
 * <p>After an error that the driver keeps reporting (an illegal address, say) the device is lost: every later call
 * throws at once and nothing more is asked of the driver but to release the context.
 */
final class CudaContext implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(CudaContext.class.getName());

    private final CudaDriver driver;
    private final int device;
    private final long context;
    private final ReentrantLock compute = new ReentrantLock();
    private final long computeStream;
    private final Transfers transfers;
    private final List<Runnable> undo = new ArrayList<>(); // what gives back all that the constructor took
    private final Map<Long, Long> live = new HashMap<>(); // bytes by address; under compute
    private final Set<Long> modules = new LinkedHashSet<>(); // under compute
    private final Set<Long> graphs = new LinkedHashSet<>(); // under compute
    private volatile BackendException lost;
    private volatile boolean closed;

    /** Takes the context of a device. @throws CudaException with nothing left taken */
    CudaContext(CudaDriver driver, int device) {
        this.driver = driver;
        this.device = device;
        this.context = driver.retainContext(device);
        undo.add(() -> driver.releaseContext(device));
        boolean done = false;
        try {
            driver.makeCurrent(context);
            driver.keepFreedMemory(device, driver.deviceMemory(device) / 2);
            undo.add(() -> {
                driver.keepFreedMemory(device, 0);
                driver.trimMemory(device);
            });
            computeStream = stream(driver.createStream());
            transfers = new Transfers(this, stream(driver.createStream()), stream(driver.createStream()),
                    event(driver.createEvent()), event(driver.createEvent()), staging(), staging());
            done = true;
        } finally {
            if (!done) {
                undo();
            }
        }
    }

    private long stream(long stream) {
        undo.add(() -> driver.destroyStream(stream));
        return stream;
    }

    private long event(long event) {
        undo.add(() -> driver.destroyEvent(event));
        return event;
    }

    private Staging staging() {
        Staging staging = new Staging(driver);
        undo.add(staging::close);
        return staging;
    }

    Transfers transfers() {
        return transfers;
    }

    CudaDriver driver() {
        return driver;
    }

    long stream() {
        return computeStream;
    }

    /** Runs driver calls that submit to the compute stream, one thread at a time, in this context. */
    <T> T submit(Supplier<T> calls) {
        return locked(compute, calls);
    }

    /** Later work of one stream starts after what another has been given so far; takes the lock that keeps captures apart. */
    void after(long event, long first, long second) {
        submit(() -> {
            driver.recordEvent(event, first);
            driver.waitEvent(second, event);
            return null;
        });
    }

    private <T> T call(Supplier<T> calls) {
        return guarded(() -> {
            driver.makeCurrent(context);
            return calls.get();
        });
    }

    /** Runs driver calls in this context, under a lock. */
    <T> T locked(ReentrantLock lock, Supplier<T> calls) {
        lock.lock();
        try {
            return call(calls);
        } finally {
            lock.unlock();
        }
    }

    private <T> T guarded(Supplier<T> calls) {
        check();
        try {
            return calls.get();
        } catch (BackendException e) {
            if (e.kind() == BackendException.Kind.DEVICE_LOST && lost == null) {
                lost = e;
                LOG.log(Level.WARNING, "CUDA device {0} is out of service: {1}", device, e.getMessage());
            }
            throw e;
        }
    }

    private void check() {
        if (lost != null) {
            throw new BackendException(BackendException.Kind.DEVICE_LOST,
                    "CUDA device " + device + " is out of service since: " + lost.getMessage(), lost);
        }
        if (closed) {
            throw new BackendException(BackendException.Kind.DEVICE_LOST, "CUDA device " + device + " has been closed");
        }
    }

    /** Memory for at least one byte; only inside {@link #submit}. Asks twice, the pool's unused memory given up in between. */
    long allocate(long bytes) {
        long size = Math.max(1, bytes);
        long address;
        try {
            address = driver.allocate(size, computeStream);
        } catch (BackendException e) {
            giveUpUnused(e);
            address = driver.allocate(size, computeStream);
        }
        live.put(address, size);
        return address;
    }

    /** Lets go of the pool's unused memory, for a second try. @throws BackendException the failure, if it is about something else */
    private void giveUpUnused(BackendException failure) {
        if (failure.kind() != BackendException.Kind.OUT_OF_MEMORY) {
            throw failure;
        }
        driver.synchronize(computeStream);
        driver.trimMemory(device);
    }

    /** Gives memory back once submitted work has run; only inside {@link #submit}. */
    void free(long address) {
        driver.free(address, computeStream);
        live.remove(address);
    }

    /** Gives memory back from any thread; when the device is lost or closed its memory went with the context. */
    void freeLater(long address) {
        release(() -> free(address));
    }

    /** Code on the device, until {@link #unloadModule} or the end of this context. */
    long loadModule(byte[] cubin) {
        return submit(() -> {
            long module;
            try {
                module = driver.loadModule(cubin);
            } catch (BackendException e) { // code is not in the pool, whose unused memory may be all there is
                giveUpUnused(e);
                module = driver.loadModule(cubin);
            }
            modules.add(module);
            return module;
        });
    }

    /** Unloads code once submitted work has run; only inside {@link #submit}. */
    void unloadModule(long module) {
        driver.synchronize(computeStream);
        modules.remove(module);
        driver.unloadModule(module);
    }

    /** Ends a capture; only inside {@link #submit}. @return a graph, until {@link #destroyGraph} or the end of this context */
    long endCapture() {
        long graph = driver.endCapture(computeStream);
        graphs.add(graph);
        return graph;
    }

    /** Destroys a graph that has run; only inside {@link #submit}. */
    void destroyGraph(long graph) {
        driver.destroyGraph(graph);
        graphs.remove(graph);
    }

    /** Runs calls that give something back; does nothing when the device is lost or closed, as all went with it. */
    void release(Runnable calls) {
        compute.lock();
        try {
            if (lost == null && !closed) {
                call(() -> {
                    calls.run();
                    return null;
                });
            }
        } catch (BackendException e) {
            if (lost == null) { // else logged, and there is nothing left to give back
                throw e;
            }
        } finally {
            compute.unlock();
        }
    }

    /** Waits for the device and releases all of it, buffers and executables that are still open included. Idempotent. */
    @Override
    public void close() {
        transfers.exclusively(() -> {
            compute.lock();
            try {
                if (!closed) {
                    closed = true;
                    giveUp();
                }
            } finally {
                compute.unlock();
            }
        });
    }

    private void giveUp() {
        if (lost != null) {
            attempt(undo.get(0)); // the driver refuses all else
            return;
        }
        attempt(() -> driver.makeCurrent(context));
        attempt(() -> driver.synchronize(computeStream));
        live.keySet().forEach(a -> attempt(() -> driver.free(a, computeStream)));
        attempt(() -> driver.synchronize(computeStream)); // the pool has them back
        graphs.forEach(g -> attempt(() -> driver.destroyGraph(g)));
        modules.forEach(m -> attempt(() -> driver.unloadModule(m)));
        undo();
    }

    private void undo() {
        for (int i = undo.size() - 1; i >= 0; i--) {
            attempt(undo.get(i));
        }
    }

    /** Does what it can while something is closed; a failure is logged. */
    void attempt(Runnable call) {
        try {
            call.run();
        } catch (BackendException e) {
            LOG.log(Level.WARNING, "CUDA device {0} failed while it was closed: {1}", device, e.getMessage());
        }
    }
}
