package org.rebind.backend.cuda.internal;

import java.util.concurrent.locks.ReentrantLock;
import org.rebind.backend.HostBuffer;

/**
 * Copies between a device and Java arrays, each direction with a stream and pinned blocks of its own, one thread at a time.
 * Locks are taken in the order uploads, downloads, the context's.
 */
final class Transfers {
    private final CudaContext context;
    private final CudaDriver driver;
    private final ReentrantLock uploads = new ReentrantLock();
    private final ReentrantLock downloads = new ReentrantLock();
    private final long uploadStream;
    private final long downloadStream;
    private final long uploaded; // events, each recorded and waited for under one lock
    private final long computed;
    private final Staging uploadStaging;
    private final Staging downloadStaging;

    /** The context owns all of these. */
    Transfers(CudaContext context, long uploadStream, long downloadStream, long uploaded, long computed, Staging uploadStaging,
            Staging downloadStaging) {
        this.context = context;
        this.driver = context.driver();
        this.uploadStream = uploadStream;
        this.downloadStream = downloadStream;
        this.uploaded = uploaded;
        this.computed = computed;
        this.uploadStaging = uploadStaging;
        this.downloadStaging = downloadStaging;
    }

    /** Runs something while no copy is being made. */
    void exclusively(Runnable calls) {
        uploads.lock();
        downloads.lock();
        try {
            calls.run();
        } finally {
            downloads.unlock();
            uploads.unlock();
        }
    }

    /** Copies a host buffer into new memory; later kernels wait for it, the caller does not. @return its address */
    long upload(HostBuffer host) {
        long address = context.submit(() -> context.allocate(host.byteSize()));
        boolean done = false;
        try {
            context.locked(uploads, () -> {
                // the memory exists once the compute stream has come to its allocation
                context.after(uploaded, context.stream(), uploadStream);
                send(host, address);
                context.after(uploaded, uploadStream, context.stream());
                return null;
            });
            done = true;
        } finally {
            if (!done) {
                context.release(() -> {
                    driver.synchronize(uploadStream); // copies may be under way
                    context.free(address);
                });
            }
        }
        return address;
    }

    private void send(HostBuffer host, long address) {
        int size = host.dtype().byteSize();
        int perBlock = Staging.BLOCK / size;
        for (int left = host.elementCount(), from = 0; left > 0; left -= perBlock, from += perBlock) { // from may overflow last
            int count = Math.min(perBlock, left);
            Staging.Block block = uploadStaging.next();
            driver.put(block.address(), host.array(), from, count);
            driver.copyToDevice(address + (long) from * size, block.address(), (long) count * size, uploadStream);
            driver.recordEvent(block.event(), uploadStream);
        }
    }

    /** Reads memory into a host buffer, after all kernels submitted so far. */
    void download(long address, HostBuffer host) {
        context.locked(downloads, () -> {
            context.after(computed, context.stream(), downloadStream);
            receive(address, host);
            return null;
        });
    }

    private void receive(long address, HostBuffer host) {
        int size = host.dtype().byteSize();
        int perBlock = Staging.BLOCK / size;
        Staging.Block pending = null;
        int pendingFrom = 0;
        for (int left = host.elementCount(), from = 0; left > 0; left -= perBlock, from += perBlock) { // from may overflow last
            int count = Math.min(perBlock, left);
            Staging.Block block = downloadStaging.next();
            driver.copyToHost(block.address(), address + (long) from * size, (long) count * size, downloadStream);
            driver.recordEvent(block.event(), downloadStream);
            take(pending, host, pendingFrom, perBlock);
            pending = block;
            pendingFrom = from;
        }
        take(pending, host, pendingFrom, perBlock);
    }

    private void take(Staging.Block block, HostBuffer host, int from, int perBlock) {
        if (block != null) {
            driver.synchronizeEvent(block.event());
            driver.get(block.address(), host.array(), from, Math.min(perBlock, host.elementCount() - from));
        }
    }
}
