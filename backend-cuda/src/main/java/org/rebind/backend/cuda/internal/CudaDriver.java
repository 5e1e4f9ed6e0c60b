package org.rebind.backend.cuda.internal;

/**
 * The part of the CUDA driver API this backend uses, as plain numbers: handles and device addresses are longs. The only
 * door to the driver, so that a test can stand in for it. Every method throws {@link CudaException} with the driver's
 * result; any thread may call any method, and names the context it works in with {@link #makeCurrent} first.
 */
interface CudaDriver {
    /** {@code cuInit}. */
    void init();

    /** 1000 * major + 10 * minor of the newest CUDA this driver runs. */
    int driverVersion();

    int deviceCount();

    String deviceName(int device);

    /** @param attribute a {@code CUdevice_attribute} */
    int deviceAttribute(int device, int attribute);

    long deviceMemory(int device);

    /** Takes the device's primary context. Released as often as retained. */
    long retainContext(int device);

    void releaseContext(int device);

    /** Binds the calling thread to a context. */
    void makeCurrent(long context);

    /** Lets the device's pool keep this many freed bytes rather than give them back at each synchronisation. */
    void keepFreedMemory(int device, long bytes);

    /** Gives the device's pool's unused memory back. */
    void trimMemory(int device);

    /** A stream that does not wait for the legacy default stream. */
    long createStream();

    void destroyStream(long stream);

    /** Waits for all work of a stream; reports its errors. */
    void synchronize(long stream);

    /** An event without timing. */
    long createEvent();

    void destroyEvent(long event);

    void recordEvent(long event, long stream);

    /** Later work of the stream starts after the event. */
    void waitEvent(long stream, long event);

    void synchronizeEvent(long event);

    /** Stream-ordered memory. @return its device address */
    long allocate(long bytes, long stream);

    /** Freed once earlier work of the stream has run. */
    void free(long address, long stream);

    /** Pinned host memory. @return its address */
    long allocateHost(long bytes);

    void freeHost(long address);

    /** Copies elements of a Java array to host memory. @param from first element */
    void put(long host, Object array, int from, int count);

    /** Copies host memory to elements of a Java array. @param to first element */
    void get(long host, Object array, int to, int count);

    void copyToDevice(long device, long host, long bytes, long stream);

    void copyToHost(long host, long device, long bytes, long stream);

    void zero(long device, long bytes, long stream);

    /** @return a module handle */
    long loadModule(byte[] cubin);

    void unloadModule(long module);

    long function(long module, String name);

    /**
     * @param arguments device addresses as Long, ints as Integer, in the order of the kernel's parameters
     */
    void launch(long function, int blocks, int threads, long stream, Object[] arguments);

    /** From here on work of the stream is noted, not run. */
    void beginCapture(long stream);

    /** @return a graph handle that can be launched */
    long endCapture(long stream);

    void launchGraph(long graph, long stream);

    void destroyGraph(long graph);
}
