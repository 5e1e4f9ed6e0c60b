package org.rebind.backend.cuda.internal;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.rebind.codegen.Kernel;

/**
 * A driver that checks everything: handles are alive when used, and in the context they were made in; memory is
 * allocated when a kernel or copy touches it, and its last writer ordered before by streams, events and waits of the
 * host; nothing is freed twice or while in use; nothing strange happens to a stream that captures. A broken rule is an
 * AssertionError at once. What calls do is up to {@link Hardware}; a capture does it at each replay.
 */
final class FakeDriver implements CudaDriver {
    private static final String SOURCE = "\n// source of this image\n";
    static final Pattern SIGNATURE = Pattern.compile("__global__[^{;]*?void (\\w+)\\(([^)]*)\\) \\{");

    private record Handle(String kind, long context) {
    }

    private record Function(long module, String name, List<Boolean> writes, long address) {
    }

    /** A stream's work noted rather than run. */
    private record Capture(Thread thread, List<Runnable> work) {
    }

    private final Hardware hardware;
    private final FakeMemory memory;
    private long next = 0x1000;
    private final Map<Long, Handle> handles = new HashMap<>();
    private final Map<Long, Long> pinned = new HashMap<>();
    private final Map<Long, Function> functions = new HashMap<>();
    private final Map<Long, String> sources = new HashMap<>();
    private final Map<Long, List<Runnable>> graphs = new HashMap<>();
    private final Map<Long, Capture> captures = new HashMap<>();
    private final Map<Integer, Integer> contexts = new HashMap<>();
    private final Map<Thread, Long> current = new HashMap<>();
    private final Map<Integer, Long> kept = new HashMap<>();
    /** Name of the result that the named call fails with, once. */
    final Map<String, String> failures = new HashMap<>();
    final List<String> launched = new ArrayList<>();
    /** Runs before each launch. */
    Runnable launching = () -> { };
    int replays;
    int captured;
    int trims;
    int devices = 1;
    int version = 13000;
    int major = 9;
    int multiprocessors = 132;
    long capacity = Long.MAX_VALUE;

    FakeDriver() {
        this(new NoHardware());
    }

    FakeDriver(Hardware hardware) {
        this.hardware = hardware;
        this.memory = new FakeMemory(hardware);
    }

    /** An image that tells this driver which parameters its kernels write. */
    static byte[] image(byte[] code, String source) {
        byte[] text = (SOURCE + source).getBytes(StandardCharsets.ISO_8859_1);
        byte[] image = java.util.Arrays.copyOf(code, code.length + text.length);
        System.arraycopy(text, 0, image, code.length, text.length);
        return image;
    }

    private long handle(String kind) {
        next += 0x1000;
        handles.put(next, new Handle(kind, here()));
        return next;
    }

    private long here() {
        return current.getOrDefault(Thread.currentThread(), 0L);
    }

    private void use(long handle, String kind) {
        Handle h = handles.get(handle);
        if (h == null || !h.kind.equals(kind)) {
            throw new AssertionError("used as " + kind + ": " + handle + ", which is " + h);
        }
        if (h.context != here()) {
            throw new AssertionError("a " + kind + " is used in another context than its own");
        }
    }

    private void drop(long handle, String kind) {
        use(handle, kind);
        handles.remove(handle);
    }

    private void call(String name) {
        String result = failures.remove(name);
        if (result != null) {
            throw CudaException.of(name, result);
        }
        if (!contexts.isEmpty() && !contexts.containsKey((int) (here() - 0x77))) {
            throw new AssertionError(name + " without a current context");
        }
    }

    /** A call that a thread which captures must not make. */
    private void outside(String name) {
        call(name);
        if (captures.values().stream().anyMatch(c -> c.thread == Thread.currentThread())) {
            throw new AssertionError(name + " by a thread that captures");
        }
    }

    /** A call on a stream that must not capture. */
    private void plain(String name, long stream) {
        outside(name);
        use(stream, "stream");
        if (captures.containsKey(stream)) {
            throw new AssertionError(name + " on a stream that captures for another thread");
        }
    }

    /** Work for a stream. */
    private void submit(String name, long stream, Runnable work) {
        call(name);
        use(stream, "stream");
        Capture c = captures.get(stream);
        if (c == null) {
            work.run();
        } else if (c.thread == Thread.currentThread()) {
            c.work.add(work);
        } else {
            throw new AssertionError(name + " joins the capture of another thread");
        }
    }

    /** Whatever is still alive, by kind; empty after everything has been closed. */
    synchronized List<String> leaks() {
        List<String> leaks = new ArrayList<>(handles.values().stream().map(Handle::kind).toList());
        leaks.addAll(memory.leaks());
        pinned.forEach((a, b) -> leaks.add(b + " bytes of pinned memory"));
        contexts.forEach((d, n) -> leaks.add("context of device " + d));
        kept.forEach((d, n) -> leaks.add("up to " + n + " bytes in the pool of device " + d));
        return leaks;
    }

    /** Takes what is left for gone with a lost context. */
    synchronized void forget() {
        handles.clear();
        pinned.clear();
        kept.clear();
        memory.forget();
    }

    synchronized int liveAllocations() {
        return memory.count();
    }

    synchronized long liveBytes() {
        return memory.bytes();
    }

    @Override
    public void init() {
        call("init");
    }

    @Override
    public int driverVersion() {
        return version;
    }

    @Override
    public int deviceCount() {
        return devices;
    }

    @Override
    public String deviceName(int device) {
        call("deviceName " + device);
        return "Pretend GPU " + device;
    }

    @Override
    public int deviceAttribute(int device, int attribute) {
        return switch (attribute) {
            case 75 -> major;
            case 76 -> 0;
            case 16 -> multiprocessors;
            case 8 -> 48 << 10;
            default -> 1;
        };
    }

    @Override
    public long deviceMemory(int device) {
        return 80L << 30;
    }

    @Override
    public synchronized long retainContext(int device) {
        contexts.merge(device, 1, Integer::sum);
        return 0x77 + device;
    }

    @Override
    public synchronized void releaseContext(int device) {
        if (contexts.merge(device, -1, Integer::sum) < 0) {
            throw new AssertionError("context released more often than retained");
        }
        contexts.remove(device, 0);
    }

    @Override
    public synchronized void makeCurrent(long context) {
        if (!contexts.containsKey((int) (context - 0x77))) {
            throw new AssertionError("a released context is made current");
        }
        current.put(Thread.currentThread(), context);
    }

    @Override
    public synchronized void keepFreedMemory(int device, long bytes) {
        call("keepFreedMemory");
        kept.put(device, bytes);
        kept.remove(device, 0L);
    }

    @Override
    public synchronized void trimMemory(int device) {
        call("trimMemory");
        memory.trim(0x77 + device);
        trims++;
    }

    @Override
    public synchronized long createStream() {
        call("createStream");
        return handle("stream");
    }

    @Override
    public synchronized void destroyStream(long stream) {
        plain("destroyStream", stream);
        drop(stream, "stream");
    }

    private void hostKnows(long of) {
        memory.clock(-Thread.currentThread().getId()).join(memory.clock(of));
    }

    @Override
    public synchronized void synchronize(long stream) {
        plain("synchronize", stream);
        hostKnows(stream);
    }

    @Override
    public synchronized long createEvent() {
        call("createEvent");
        return handle("event");
    }

    @Override
    public synchronized void destroyEvent(long event) {
        call("destroyEvent");
        drop(event, "event");
    }

    @Override
    public synchronized void recordEvent(long event, long stream) {
        use(event, "event");
        plain("recordEvent", stream);
        memory.set(event, memory.clock(stream).copy());
    }

    @Override
    public synchronized void waitEvent(long stream, long event) {
        use(event, "event");
        plain("waitEvent", stream);
        memory.clock(stream).join(memory.clock(event));
    }

    @Override
    public synchronized void synchronizeEvent(long event) {
        outside("synchronizeEvent");
        use(event, "event");
        hostKnows(event);
    }

    @Override
    public synchronized long allocate(long bytes, long stream) {
        plain("allocate", stream);
        if (bytes <= 0) {
            throw new AssertionError("allocation of " + bytes + " bytes");
        }
        if (memory.bytes() + bytes > capacity) {
            throw CudaException.of("allocate", "CUDA_ERROR_OUT_OF_MEMORY");
        }
        return memory.allocate(bytes, stream, here());
    }

    @Override
    public synchronized void free(long address, long stream) {
        plain("free", stream);
        memory.free(address, stream, here());
    }

    @Override
    public synchronized long allocateHost(long bytes) {
        outside("allocateHost");
        long address = hardware.allocate(bytes);
        pinned.put(address, bytes);
        return address;
    }

    @Override
    public synchronized void freeHost(long address) {
        outside("freeHost");
        Long bytes = pinned.remove(address);
        if (bytes == null) {
            throw new AssertionError("pinned memory freed twice: " + address);
        }
        hardware.free(address, bytes);
    }

    private void host(long address, long bytes) {
        Long size = pinned.get(address);
        if (size == null || bytes > size) {
            throw new AssertionError(bytes + " bytes at " + address + " are not pinned memory");
        }
    }

    @Override
    public synchronized void put(long host, Object array, int from, int count) {
        host(host, 0);
        hardware.put(host, array, from, count);
    }

    @Override
    public synchronized void get(long host, Object array, int to, int count) {
        host(host, 0);
        hardware.get(host, array, to, count);
    }

    @Override
    public synchronized void copyToDevice(long device, long host, long bytes, long stream) {
        plain("copyToDevice", stream);
        host(host, bytes);
        memory.write(device, bytes, stream, here());
        hardware.copy(device, host, bytes);
    }

    @Override
    public synchronized void copyToHost(long host, long device, long bytes, long stream) {
        plain("copyToHost", stream);
        host(host, bytes);
        memory.read(device, bytes, stream, here());
        hardware.copy(host, device, bytes);
    }

    @Override
    public synchronized void zero(long device, long bytes, long stream) {
        long context = here();
        submit("zero", stream, () -> {
            memory.write(device, bytes, stream, context);
            hardware.zero(device, bytes);
        });
    }

    /** Work of a library: reads and writes at least a byte at each of these. */
    synchronized void library(long stream, List<Long> reads, List<Long> writes, Runnable effect) {
        long context = here();
        submit("library", stream, () -> {
            reads.forEach(a -> memory.read(a, 1, stream, context));
            writes.forEach(a -> memory.write(a, 1, stream, context));
            effect.run();
        });
    }

    @Override
    public synchronized long loadModule(byte[] cubin) {
        outside("loadModule");
        long module = hardware.load(cubin);
        handles.put(module, new Handle("module", here()));
        String text = new String(cubin, StandardCharsets.ISO_8859_1);
        sources.put(module, text.substring(Math.max(0, text.indexOf(SOURCE))));
        return module;
    }

    @Override
    public synchronized void unloadModule(long module) {
        outside("unloadModule");
        drop(module, "module");
        functions.values().removeIf(f -> f.module == module);
        hardware.unload(module);
    }

    @Override
    public synchronized long function(long module, String name) {
        call("function");
        use(module, "module");
        next += 0x10;
        functions.put(next, new Function(module, name, writes(sources.get(module), name), hardware.function(module, name)));
        return next;
    }

    /** For each pointer of a kernel whether it may be written through. */
    private static List<Boolean> writes(String source, String kernel) {
        Matcher m = SIGNATURE.matcher(source);
        while (m.find()) {
            if (m.group(1).equals(kernel)) {
                return List.of(m.group(2).split(", ")).stream().filter(p -> p.contains("*"))
                        .map(p -> !p.startsWith("const ")).toList();
            }
        }
        throw new AssertionError("the module has no kernel " + kernel);
    }

    @Override
    public synchronized void launch(long function, int blocks, int threads, long stream, Object[] arguments) {
        launching.run();
        Function f = functions.get(function);
        if (f == null) {
            throw new AssertionError("launch of a function whose module is not loaded");
        }
        if (blocks < 1 || threads != Kernel.GROUP_SIZE) {
            throw new AssertionError("launch of " + blocks + " x " + threads);
        }
        use(f.module, "module");
        long context = here();
        Object[] copy = arguments.clone();
        submit("launch", stream, () -> {
            for (int i = 0; i < f.writes.size(); i++) {
                if (f.writes.get(i)) {
                    memory.write((Long) copy[i], 1, stream, context);
                } else {
                    memory.read((Long) copy[i], 1, stream, context);
                }
            }
            hardware.launch(f.address, blocks, threads, copy);
            launched.add(f.name);
        });
    }

    @Override
    public synchronized void beginCapture(long stream) {
        plain("beginCapture", stream);
        captures.put(stream, new Capture(Thread.currentThread(), new ArrayList<>()));
        captured++;
    }

    @Override
    public synchronized long endCapture(long stream) {
        Capture c = captures.remove(stream); // also where it fails
        call("endCapture");
        if (c == null) {
            throw new AssertionError("no capture to end");
        }
        long graph = handle("graph");
        graphs.put(graph, c.work);
        return graph;
    }

    @Override
    public synchronized void launchGraph(long graph, long stream) {
        use(graph, "graph");
        submit("launchGraph", stream, () -> graphs.get(graph).forEach(Runnable::run));
        replays++;
    }

    @Override
    public synchronized void destroyGraph(long graph) {
        call("destroyGraph");
        drop(graph, "graph");
    }
}
