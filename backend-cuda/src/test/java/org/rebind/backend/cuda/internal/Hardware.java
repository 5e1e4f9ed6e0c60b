package org.rebind.backend.cuda.internal;

/** What {@link FakeDriver}'s calls do, if anything; order and lifetimes are the driver's to check. */
interface Hardware {
    /** Memory of at least one byte. @return its address, a multiple of 256 */
    long allocate(long bytes);

    void free(long address, long bytes);

    void copy(long to, long from, long bytes);

    void zero(long address, long bytes);

    /** Elements of a Java array to memory. */
    void put(long address, Object array, int from, int count);

    void get(long address, Object array, int to, int count);

    long load(byte[] image);

    void unload(long module);

    /** @return something other than 0 */
    long function(long module, String name);

    void launch(long function, int blocks, int threads, Object[] arguments);
}
