package org.rebind.backend.opencl.internal;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.rebind.backend.BackendException;
import org.rebind.codegen.BinaryCache;

/**
 * The programs of a device by their source text. Graphs that differ only in what their kernels take as arguments, such as
 * sizes, share one; the last ones asked for stay built, others are in the cache of binaries. Each is built once however
 * many threads ask for it together. Thread-safe.
 *
 * <p>What is {@linkplain #prepare prepared} is built many units to a program, and so are the units that several threads ask
 * for at once where the driver compiles one program at a time. In the cache of binaries a unit's own key then holds a
 * {@link Membership} instead of a binary.
 */
final class Programs implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Programs.class.getName());
    /** So many programs stay built after they were asked for: a driver may keep a megabyte for each. */
    private static final int KEPT = 64;
    /** So many units of prepared programs wait to be asked for. */
    private static final int PREPARED = 1024;
    /** Kernels of a program that is built for several units: beyond, little is gained and memory grows. */
    private static final int KERNELS_TOGETHER = 24;

    private final OpenClDevice device;
    private final BinaryCache cache;
    private final boolean oneAtATime;
    private final ReentrantLock building = new ReentrantLock();
    private final Queue<Request> waiting = new ConcurrentLinkedQueue<>();
    private final Map<String, Entry> entries = new LinkedHashMap<>(16, 0.75f, true); // guarded by itself

    Programs(OpenClDevice device, BinaryCache cache) {
        this.device = device;
        this.cache = cache;
        this.oneAtATime = device.facts().isPocl();
    }

    /** A program, built or being built. */
    private static final class Entry {
        /** Null if it was not made after all. */
        final CompletableFuture<Program> program = new CompletableFuture<>();
        boolean asked; // guarded by entries
        private boolean dropped; // guarded by this

        /** Waits until it is built. @return null if it was not, or was dropped in the meantime: ask again */
        Program share() {
            try {
                Program p = program.join();
                synchronized (this) {
                    return dropped || p == null ? null : p.share();
                }
            } catch (CompletionException e) {
                if (e.getCause() instanceof Error error) {
                    throw error;
                }
                throw e.getCause() instanceof BackendException b ? new BackendException(b.kind(), b.getMessage(), b) : e;
            }
        }

        synchronized boolean dropped() {
            return dropped;
        }

        synchronized void drop() {
            if (!dropped && program.isDone() && !program.isCompletedExceptionally()) {
                dropped = true;
                Program p = program.join();
                if (p != null) {
                    p.close();
                }
            }
        }
    }

    /** A unit that is to be built, and where its program goes. */
    private record Request(Unit unit, Entry entry) {
    }

    /**
     * The program of a unit, built now if it is not; the caller closes it.
     *
     * @throws BackendException of kind COMPILE as {@link Program#build} says
     */
    Program get(Unit unit) {
        boolean alone = !oneAtATime;
        while (true) {
            Entry mine = new Entry();
            Entry entry;
            synchronized (entries) {
                entry = entries.putIfAbsent(unit.source(), mine);
                (entry == null ? mine : entry).asked = true;
            }
            if (entry == null) {
                entry = mine;
                fill(new Request(unit, mine), alone);
                evict();
            }
            Program shared = entry.share();
            if (shared != null) {
                return shared;
            }
            alone = true;
        }
    }

    private void fill(Request request, boolean alone) {
        try {
            Program cached = cached(request.unit);
            if (cached != null) {
                request.entry.program.complete(cached);
            } else if (alone) {
                request.entry.program.complete(built(request.unit.source()));
            } else {
                fillWithOthers(request);
            }
        } catch (RuntimeException | Error e) {
            forget(request); // whoever asks next tries again
            request.entry.program.completeExceptionally(e);
        }
    }

    /** Where the driver compiles one program at a time, those who wait for their turn are served by the next, together. */
    private void fillWithOthers(Request request) {
        waiting.add(request);
        building.lock();
        try {
            while (!request.entry.program.isDone()) {
                together(nextTogether());
            }
        } finally {
            building.unlock();
        }
    }

    private List<Request> nextTogether() {
        List<Request> next = new ArrayList<>();
        int kernels = 0;
        for (Request r = waiting.peek(); r != null; r = waiting.peek()) {
            kernels += r.unit.names().size();
            if (!next.isEmpty() && kernels > KERNELS_TOGETHER) {
                break;
            }
            next.add(waiting.poll());
        }
        return next;
    }

    private void forget(Request request) {
        synchronized (entries) {
            entries.remove(request.unit.source(), request.entry);
        }
    }

    private Program built(String source) {
        Program p = Program.build(device, source, cache);
        if (!p.isFromCache()) {
            p.store(cache);
        }
        return p;
    }

    private String key(String source) {
        return device.facts().binaryKey(source, device.buildOptions());
    }

    /** The unit's program by the cache of binaries, null if that has none the driver takes. */
    private Program cached(Unit unit) {
        String key = key(unit.source());
        Membership m = Membership.read(cache.load(key));
        if (m == null) {
            return Program.load(device, key, cache);
        }
        Program member = member(unit, m);
        if (member == null) {
            cache.discard(key);
        }
        return member;
    }

    /** A unit's part of a program in the cache of binaries, which stays loaded for the other units. */
    private Program member(Unit unit, Membership m) {
        while (true) {
            Entry mine = new Entry();
            Entry entry;
            synchronized (entries) {
                entry = entries.putIfAbsent(m.key(), mine);
                (entry == null ? mine : entry).asked = true;
            }
            if (entry == null) {
                entry = mine;
                load(m.key(), mine);
            }
            try (Program whole = entry.share()) {
                if (whole != null) {
                    return whole.share(unit.named(m.suffix()));
                }
            }
            if (entry == mine && !entry.dropped()) {
                return null; // there is none
            }
        }
    }

    private void load(String key, Entry entry) {
        Program whole = null;
        try {
            whole = Program.load(device, key, cache);
        } finally {
            if (whole == null) {
                synchronized (entries) {
                    entries.remove(key, entry);
                }
            }
            entry.program.complete(whole);
        }
    }

    /** Builds what of these units is neither built nor in the cache, in this thread; what fails is left to {@link #get}. */
    void prepare(List<Unit> units) {
        List<Request> batch = new ArrayList<>();
        int kernels = 0;
        try {
            for (Unit unit : units) {
                if (cache.load(key(unit.source())) != null) {
                    continue;
                }
                if (kernels > 0 && kernels + unit.names().size() > KERNELS_TOGETHER) {
                    together(batch);
                    batch = new ArrayList<>();
                    kernels = 0;
                }
                Request request = new Request(unit, new Entry());
                if (isMine(request)) {
                    batch.add(request);
                    kernels += unit.names().size();
                }
            }
            together(batch);
        } finally {
            batch.forEach(this::giveUp);
        }
        evict();
    }

    /** Whether a unit is neither built nor being built; whoever asks for it from now on waits for us. */
    private boolean isMine(Request request) {
        synchronized (entries) {
            return entries.putIfAbsent(request.unit.source(), request.entry) == null;
        }
    }

    private void together(List<Request> requests) {
        if (requests.isEmpty()) {
            return;
        }
        List<Unit> units = requests.stream().map(Request::unit).toList();
        boolean single = units.size() == 1;
        try {
            String source = single ? units.get(0).source() : Unit.together(units);
            try (Program whole = built(source)) {
                for (int i = 0; i < units.size(); i++) {
                    requests.get(i).entry.program.complete(single ? whole.share() : whole.share(units.get(i)
                            .named(Unit.suffix(i))));
                    if (!single) {
                        cache.store(key(units.get(i).source()), new Membership(key(source), Unit.suffix(i)).bytes());
                    }
                }
            }
        } catch (BackendException e) {
            LOG.log(System.Logger.Level.DEBUG, "kernels could not be compiled together", e);
        } finally {
            requests.forEach(this::giveUp);
        }
    }

    /** Unless it is built: whoever waits builds it alone, and hears what is wrong with it. */
    private void giveUp(Request request) {
        if (!request.entry.program.isDone()) {
            forget(request);
            request.entry.program.complete(null);
        }
    }

    /** Drops what was asked for longest ago, or was prepared and never asked for. */
    private void evict() {
        List<Entry> out = new ArrayList<>();
        synchronized (entries) {
            long asked = entries.values().stream().filter(e -> e.asked).count();
            Iterator<Entry> oldestFirst = entries.values().iterator();
            while (oldestFirst.hasNext() && (asked > KEPT || entries.size() > PREPARED)) {
                Entry e = oldestFirst.next();
                if (e.program.isDone() && (e.asked || entries.size() > PREPARED)) {
                    oldestFirst.remove();
                    asked -= e.asked ? 1 : 0;
                    out.add(e);
                }
            }
        }
        out.forEach(Entry::drop);
    }

    /** Releases what is built; nothing is being built any more. What was given out stays good. */
    @Override
    public void close() {
        List<Entry> all;
        synchronized (entries) {
            all = List.copyOf(entries.values());
            entries.clear();
        }
        all.forEach(Entry::drop);
    }
}
