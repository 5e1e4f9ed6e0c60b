package org.rebind.tracer.effects;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Field;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Random;
import java.util.StringTokenizer;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.logging.Logger;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.rebind.Function1;
import org.rebind.Rebind;
import org.rebind.SideEffectException.Kind;
import org.rebind.Tensor;
import org.rebind.tracer.elsewhere.OtherBundle;

/** One function for each kind of side effect, as users write them. Every function also counts how often it runs. */
final class EffectCases {
    /** When an effect is noticed. */
    enum When { BEFORE, DURING, SECOND_CALL, NEVER }

    /**
     * @param happened how often the effect has happened so far; -1 if that cannot be seen
     */
    record Case(String name, Kind kind, When when, Function1<Tensor, Tensor> function, AtomicInteger runs,
            Supplier<Integer> happened) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** A constant that changes. */
    enum Counter {
        ONE;

        int count;
    }

    private static final Supplier<Integer> UNSEEN = () -> -1;
    static int staticCount;
    static Tensor lazyStatic;
    static int readByFunctions;

    private final List<Case> cases = new ArrayList<>();
    private final AtomicInteger runs = new AtomicInteger();
    private int fieldCount;
    private Tensor lazyField;
    volatile int handleCount;

    private EffectCases() {
    }

    private void add(String name, Kind kind, When when, Function1<Tensor, Tensor> function, Supplier<Integer> happened) {
        cases.add(new Case(name, kind, when, function, runs, happened));
    }

    private void before(String name, Kind kind, Function1<Tensor, Tensor> function, Supplier<Integer> happened) {
        add(name, kind, When.BEFORE, function, happened);
    }

    /** Runs of the function, traced or eager. */
    private void run() {
        AtomicInteger r = runs;
        Rebind.onTrace(r::incrementAndGet);
    }

    static List<Case> all() {
        List<Case> all = new ArrayList<>();
        // each case has an object of its own, so that counts do not mix
        int n = new EffectCases().build().size();
        for (int i = 0; i < n; i++) {
            all.add(new EffectCases().build().get(i));
        }
        return all;
    }

    private List<Case> build() {
        output();
        writes();
        objects();
        worldReads();
        worldWrites();
        threads();
        valueReads();
        places();
        shapesOfFunctions();
        callbacks();
        changingState();
        return cases;
    }

    private void output() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true);
        System.Logger logger = System.getLogger("effect.cases");
        Logger old = Logger.getLogger("effect.cases");
        before("print to System.out", Kind.IO, x -> {
            run();
            System.out.print("");
            return x.add(1);
        }, UNSEEN);
        before("print to a captured stream", Kind.IO, x -> {
            run();
            out.print("x");
            return x.add(1);
        }, bytes::size);
        before("System.Logger", Kind.IO, x -> {
            run();
            logger.log(System.Logger.Level.DEBUG, "x is {0}", x);
            return x.add(1);
        }, UNSEEN);
        before("java.util.logging", Kind.IO, x -> {
            run();
            old.fine("x");
            return x.add(1);
        }, UNSEEN);
        before("printStackTrace", Kind.IO, x -> {
            run();
            new IllegalStateException("x").printStackTrace(out);
            return x.add(1);
        }, UNSEEN);
    }

    private void writes() {
        int[] array = new int[1];
        Integer[] boxes = {0};
        char[] letters = new char[1];
        float[][] nested = new float[1][1];
        before("field write", Kind.FIELD_WRITE, x -> {
            run();
            fieldCount++;
            return x.add(1);
        }, () -> fieldCount);
        before("static write", Kind.STATIC_WRITE, x -> {
            run();
            staticCount++;
            return x.add(1);
        }, UNSEEN);
        before("captured array", Kind.ARRAY_WRITE, x -> {
            run();
            array[0]++;
            return x.add(1);
        }, () -> array[0]);
        before("captured nested array", Kind.ARRAY_WRITE, x -> {
            run();
            nested[0][0] += 1;
            return x.add(1);
        }, () -> (int) nested[0][0]);
        before("System.arraycopy into a captured array", Kind.ARRAY_WRITE, x -> {
            run();
            System.arraycopy(new int[] {array[0] + 1}, 0, array, 0, 1);
            return x.add(1);
        }, () -> array[0]);
        before("Arrays.fill of a captured array", Kind.ARRAY_WRITE, x -> {
            run();
            Arrays.fill(array, array[0] + 1);
            return x.add(1);
        }, () -> array[0]);
        before("a list's elements into a captured array", Kind.ARRAY_WRITE, x -> {
            run();
            List.of(boxes[0] + 1).toArray(boxes);
            return x.add(1);
        }, () -> boxes[0]);
        before("a string's characters into a captured array", Kind.ARRAY_WRITE, x -> {
            run();
            "ab".getChars(0, 1, letters, 0);
            return x.add(1);
        }, UNSEEN);
        before("lazy initialisation of a field", Kind.FIELD_WRITE, x -> {
            run();
            if (lazyField == null) {
                lazyField = Tensor.scalar(1f);
            }
            return x.add(lazyField);
        }, UNSEEN);
        before("lazy initialisation of a static", Kind.STATIC_WRITE, x -> {
            run();
            if (lazyStatic == null) {
                lazyStatic = Tensor.scalar(1f);
            }
            return x.add(lazyStatic);
        }, UNSEEN);
    }

    private void objects() {
        MessageDigest digest = digest();
        List<Integer> list = new ArrayList<>(List.of(0));
        Map<String, Tensor> map = new HashMap<>();
        Properties properties = new Properties();
        StringTokenizer tokens = new StringTokenizer("1 1 1 1 1 1 1 1 1");
        CRC32 crc = new CRC32();
        AtomicInteger atomic = new AtomicInteger();
        StringBuilder builder = new StringBuilder();
        ByteBuffer buffer = ByteBuffer.allocate(64);
        Iterator<Integer> iterator = Collections.nCopies(100, 1).iterator();
        ThreadLocal<Integer> local = ThreadLocal.withInitial(() -> 0);
        before("captured list", Kind.MUTATION, x -> {
            run();
            list.add(1);
            return x.add(1);
        }, () -> list.size() - 1);
        before("captured list through a view", Kind.MUTATION, x -> {
            run();
            list.subList(0, 1).set(0, list.get(0) + 1);
            return x.add(1);
        }, () -> list.get(0));
        before("captured list from a stream", Kind.MUTATION, x -> {
            run();
            List.of(1).stream().map(i -> i + 1).forEach(i -> list.add(i));
            return x.add(1);
        }, () -> list.size() - 1);
        before("captured Properties", Kind.MUTATION, x -> {
            run();
            properties.setProperty("k" + properties.size(), "v");
            return x.add(1);
        }, properties::size);
        before("captured StringTokenizer", Kind.MUTATION, x -> {
            run();
            return x.add(Integer.parseInt(tokens.nextToken()));
        }, () -> 9 - tokens.countTokens());
        before("a collector into a captured list", Kind.MUTATION, x -> {
            run();
            Stream.of(1).collect(Collectors.toCollection(() -> list));
            return x.add(1);
        }, list::size);
        before("a stream collected into a captured list", Kind.MUTATION, x -> {
            run();
            Stream.of(1).collect(() -> list, List::add, List::addAll);
            return x.add(1);
        }, list::size);
        before("captured MessageDigest", Kind.MUTATION, x -> {
            run();
            digest.update((byte) 1);
            return x.add(1);
        }, UNSEEN);
        before("a field of an enum constant found by its name", Kind.FIELD_WRITE, x -> {
            run();
            Counter.valueOf("ONE").count++;
            return x.add(1);
        }, () -> Counter.ONE.count);
        before("captured CRC32", Kind.MUTATION, x -> {
            run();
            crc.update(1);
            return x.add(1);
        }, UNSEEN);
        before("captured map", Kind.MUTATION, x -> {
            run();
            map.put("k" + map.size(), null);
            return x.add(1);
        }, map::size);
        before("memoisation in a captured map", Kind.MUTATION, x -> {
            run();
            return x.add(map.computeIfAbsent("one", k -> Tensor.scalar(1f)));
        }, UNSEEN);
        before("atomic counter", Kind.MUTATION, x -> {
            run();
            atomic.incrementAndGet();
            return x.add(1);
        }, atomic::get);
        before("captured StringBuilder", Kind.MUTATION, x -> {
            run();
            builder.append("x");
            return x.add(1);
        }, builder::length);
        before("captured ByteBuffer", Kind.MUTATION, x -> {
            run();
            buffer.put((byte) 1);
            return x.add(1);
        }, buffer::position);
        before("iterator over captured state", Kind.MUTATION, x -> {
            run();
            return x.add(iterator.next());
        }, UNSEEN);
        before("thread local", Kind.MUTATION, x -> {
            run();
            local.set(local.get() + 1);
            return x.add(1);
        }, local::get);
        before("sorting a captured list", Kind.MUTATION, x -> {
            run();
            Collections.sort(list);
            return x.add(1);
        }, UNSEEN);
    }

    private void worldReads() {
        Random random = new Random(1);
        before("System.nanoTime", Kind.CLOCK, x -> {
            run();
            return x.add(1 + 0 * (int) System.nanoTime());
        }, UNSEEN);
        before("Instant.now", Kind.CLOCK, x -> {
            run();
            return x.add(Instant.now().isAfter(Instant.EPOCH) ? 1 : 2);
        }, UNSEEN);
        before("captured Random", Kind.RANDOM, x -> {
            run();
            return x.add(1 + 0 * random.nextInt());
        }, UNSEEN);
        before("unseeded Random", Kind.RANDOM, x -> {
            run();
            return x.add(1 + 0 * new Random().nextInt());
        }, UNSEEN);
        before("RandomGenerator.getDefault", Kind.RANDOM, x -> {
            run();
            return x.add(1 + 0 * RandomGenerator.getDefault().nextInt());
        }, UNSEEN);
        before("SecureRandom", Kind.RANDOM, x -> {
            run();
            return x.add(1 + 0 * new SecureRandom().nextInt());
        }, UNSEEN);
        before("captured Random that shuffles", Kind.RANDOM, x -> {
            run();
            List<Integer> two = new ArrayList<>(List.of(0, 1));
            Collections.shuffle(two, random);
            return x.add(two.get(0) + two.get(1));
        }, UNSEEN);
        before("Math.random", Kind.RANDOM, x -> {
            run();
            return x.add(1 + (int) Math.random());
        }, UNSEEN);
        before("ThreadLocalRandom", Kind.RANDOM, x -> {
            run();
            return x.add(ThreadLocalRandom.current().nextInt(1, 2));
        }, UNSEEN);
        before("UUID.randomUUID", Kind.RANDOM, x -> {
            run();
            return x.add(UUID.randomUUID().version() / 4);
        }, UNSEEN);
        before("environment", Kind.ENVIRONMENT, x -> {
            run();
            return x.add(System.getenv("REBIND_NO_SUCH") == null ? 1 : 2);
        }, UNSEEN);
        before("system property", Kind.ENVIRONMENT, x -> {
            run();
            return x.add(Integer.getInteger("rebind.no.such", 1));
        }, UNSEEN);
    }

    private void worldWrites() {
        AtomicInteger files = new AtomicInteger();
        before("file", Kind.IO, x -> {
            run();
            try {
                Path p = Files.createTempFile("rebind", null);
                Files.delete(p);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return x.add(1);
        }, UNSEEN);
        before("socket", Kind.IO, x -> {
            run();
            try (ServerSocket s = new ServerSocket(0)) {
                return x.add(s.getLocalPort() > 0 ? 1 : 2);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }, UNSEEN);
        before("setting a system property", Kind.ENVIRONMENT, x -> {
            run();
            System.setProperty("rebind.effect.case", "" + files.get());
            return x.add(1);
        }, UNSEEN);
    }

    private void threads() {
        Object monitor = new Object();
        ReentrantLock lock = new ReentrantLock();
        before("thread start", Kind.THREAD, x -> {
            run();
            Thread t = new Thread(() -> { });
            t.start();
            return x.add(1);
        }, UNSEEN);
        before("parallel stream", Kind.THREAD, x -> {
            run();
            return x.add(List.of(1, 2).parallelStream().mapToInt(i -> i).sum() - 2);
        }, UNSEEN);
        before("sleep", Kind.THREAD, x -> {
            run();
            try {
                Thread.sleep(0);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return x.add(1);
        }, UNSEEN);
        before("synchronized", Kind.LOCK, x -> {
            run();
            synchronized (monitor) {
                return x.add(1);
            }
        }, UNSEEN);
        before("lock", Kind.LOCK, x -> {
            run();
            lock.lock();
            try {
                return x.add(1);
            } finally {
                lock.unlock();
            }
        }, UNSEEN);
        before("reflective write", Kind.REFLECTION, x -> {
            run();
            try {
                Field f = EffectCases.class.getDeclaredField("fieldCount");
                f.setInt(this, f.getInt(this) + 1);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
            return x.add(1);
        }, () -> fieldCount);
        before("write through a VarHandle", Kind.REFLECTION, x -> {
            run();
            try {
                VarHandle h = MethodHandles.lookup().findVarHandle(EffectCases.class, "handleCount", int.class);
                h.setVolatile(this, handleCount + 1);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
            return x.add(1);
        }, () -> handleCount);
    }

    private void valueReads() {
        add("item", Kind.VALUE_READ, When.DURING, x -> {
            run();
            return x.add(1 + 0 * x.sum().itemDouble());
        }, UNSEEN);
        add("toFloatArray", Kind.VALUE_READ, When.DURING, x -> {
            run();
            return Tensor.of(new float[] {x.toFloatArray()[0] + 1, 3, 4});
        }, UNSEEN);
        add("branch on a value", Kind.VALUE_READ, When.DURING, x -> {
            run();
            return x.sum().gt(0).itemBoolean() ? x.add(1) : x.sub(1);
        }, UNSEEN);
        add("equals", Kind.VALUE_READ, When.DURING, x -> {
            run();
            return x.equals(x.mul(2)) ? x : x.add(1);
        }, UNSEEN);
        add("hashCode", Kind.VALUE_READ, When.DURING, x -> {
            run();
            return x.add(1 + 0 * x.hashCode());
        }, UNSEEN);
        add("swallowed exception of a value read", Kind.VALUE_READ, When.DURING, x -> {
            run();
            try {
                return x.add(1 + 0 * (float) x.sum().itemDouble());
            } catch (Throwable t) {
                return x.add(7);
            }
        }, UNSEEN);
        add("error made of the exception of a value read", Kind.VALUE_READ, When.DURING, x -> {
            run();
            try {
                return x.add(1 + 0 * (float) x.sum().itemDouble());
            } catch (Throwable t) {
                throw new AssertionError("not readable", t);
            }
        }, UNSEEN);
        add("copyTo", Kind.VALUE_READ, When.DURING, x -> {
            run();
            x.copyTo(ByteBuffer.allocate(12));
            return x.add(1);
        }, UNSEEN);
    }

    private static void bump(int[] counter) {
        counter[0]++;
    }

    private Tensor helper(Tensor x) {
        fieldCount++;
        return x.add(1);
    }

    /** Inherits its effect. */
    private static final class Child extends OtherBundle {
        Tensor apply(Tensor x) {
            return counted(x);
        }
    }

    /** What the scan cannot see through. */
    private interface Layer {
        Tensor apply(Tensor x);
    }

    private static Layer pick(List<? extends Layer> layers, int i) {
        return layers.get(i);
    }

    /** Its effect is in its static initialiser. */
    private static final class Initialised {
        static final int ONE = init();

        static int init() {
            readByFunctions++;
            return 1;
        }
    }

    private void places() {
        int[] counter = new int[1];
        OtherBundle other = new OtherBundle();
        Child child = new Child();
        Supplier<Tensor> supplier = () -> {
            counter[0]++;
            return Tensor.scalar(1f);
        };
        before("in a called method of the same class", Kind.FIELD_WRITE, x -> {
            run();
            return helper(x);
        }, () -> fieldCount);
        before("in a called static method, on a captured array", Kind.ARRAY_WRITE, x -> {
            run();
            bump(counter);
            return x.add(1);
        }, () -> counter[0]);
        before("in a superclass", Kind.FIELD_WRITE, x -> {
            run();
            return child.apply(x);
        }, child::calls);
        before("in another bundle", Kind.MUTATION, x -> {
            run();
            return other.logged(x);
        }, UNSEEN);
        before("in a lambda made inside", Kind.ARRAY_WRITE, x -> {
            run();
            Runnable r = () -> counter[0]++;
            r.run();
            return x.add(1);
        }, () -> counter[0]);
        Layer layer = x -> x.add(counter[0]++ * 0 + 1);
        before("captured lambda that is not serializable", Kind.ARRAY_WRITE, x -> {
            run();
            return layer.apply(x);
        }, () -> counter[0]);
        add("captured lambda, one of several alike in its class", Kind.HIDDEN_STATE, When.SECOND_CALL, x -> {
            run();
            supplier.get();
            return counter[0] == 1 ? x.add(1) : x.add(1).mul(1);
        }, () -> counter[0]);
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            int each = i; // so that it captures otherwise than the lambda above
            layers.add(t -> t.add(counter[0]++ == 0 ? 1f : 1.5f + each).cast(t.dtype()));
        }
        add("one of many unknown implementations", Kind.HIDDEN_STATE, When.SECOND_CALL, x -> {
            run();
            return pick(layers, 3).apply(x);
        }, () -> counter[0]);
        AtomicInteger changing = new AtomicInteger();
        Runnable outside = changing::incrementAndGet;
        add("captured state that others change", Kind.HIDDEN_STATE, When.SECOND_CALL, x -> {
            run();
            Rebind.onTrace(outside);
            return changing.get() > 1 ? x.add(1).mul(1) : x.add(1);
        }, changing::get);
        add("in a static initialiser", Kind.OTHER, When.NEVER, x -> {
            run();
            return x.add(Initialised.ONE);
        }, UNSEEN);
    }

    /** A function that is no lambda, and counts. */
    private abstract static class Counting implements Function1<Tensor, Tensor> {
        final AtomicInteger runs;
        int count;

        Counting(AtomicInteger runs) {
            this.runs = runs;
        }

        @Override
        public Tensor apply(Tensor x) {
            AtomicInteger r = runs;
            Rebind.onTrace(r::incrementAndGet);
            count++;
            return x.add(1);
        }
    }

    private static final class Inheriting extends Counting {
        Inheriting(AtomicInteger runs) {
            super(runs);
        }
    }

    private static final class Overloaded extends Counting {
        Overloaded(AtomicInteger runs) {
            super(runs);
        }

        public Tensor apply(Tensor x, int pure) {
            return x.add(pure);
        }

        public Tensor apply(int pure) {
            return Tensor.scalar(pure);
        }
    }

    private interface WithDefault extends Function1<Tensor, Tensor> {
        int[] counter();

        AtomicInteger runs();

        @Override
        default Tensor apply(Tensor x) {
            AtomicInteger r = runs();
            Rebind.onTrace(r::incrementAndGet);
            counter()[0]++;
            return x.add(1);
        }
    }

    private record Defaulted(int[] counter, AtomicInteger runs) implements WithDefault {
    }

    private void shapesOfFunctions() {
        Inheriting inheriting = new Inheriting(runs);
        Overloaded overloaded = new Overloaded(runs);
        Defaulted defaulted = new Defaulted(new int[1], runs);
        before("a function class that inherits its method", Kind.FIELD_WRITE, inheriting, () -> inheriting.count);
        before("a function class with overloads", Kind.FIELD_WRITE, overloaded, () -> overloaded.count);
        before("a function record with a default method", Kind.ARRAY_WRITE, defaulted, () -> defaulted.counter[0]);
    }

    private void callbacks() {
        int[] counter = new int[1];
        List<Runnable> hooks = List.of(() -> counter[0]++);
        Comparator<Integer> comparator = (a, b) -> counter[0]++;
        Iterable<Integer> iterable = () -> List.of(counter[0]++).iterator();
        Object text = new Object() {
            @Override
            public String toString() {
                return "" + counter[0]++;
            }
        };
        before("in a captured list of lambdas", Kind.ARRAY_WRITE, x -> {
            run();
            hooks.forEach(Runnable::run);
            return x.add(1);
        }, () -> counter[0]);
        before("in a captured comparator", Kind.ARRAY_WRITE, x -> {
            run();
            List<Integer> list = new ArrayList<>(List.of(1, 2));
            list.sort(comparator);
            return x.add(1);
        }, () -> counter[0]);
        before("in a captured iterable", Kind.ARRAY_WRITE, x -> {
            run();
            for (int i : iterable) {
                Objects.checkIndex(0, i + 1);
            }
            return x.add(1);
        }, () -> counter[0]);
        before("in toString, by string concatenation", Kind.ARRAY_WRITE, x -> {
            run();
            return x.add(("" + text).isEmpty() ? 2 : 1);
        }, () -> counter[0]);
    }

    /** The state changes after it was read. */
    private void changing(String name, Function1<Tensor, Tensor> f, Runnable change, Supplier<Integer> happened) {
        add(name, Kind.HIDDEN_STATE, When.SECOND_CALL, x -> {
            run();
            Tensor y = f.apply(x);
            Rebind.onTrace(change);
            return y;
        }, happened);
    }

    private void changingState() {
        float[] array = {1, 1, 1};
        float[][] nested = {{1}};
        Object[] objects = {1f};
        List<Tensor> list = new ArrayList<>(List.of(Tensor.scalar(1f)));
        List<Tensor> next = List.of(Tensor.scalar(2f), Tensor.scalar(3f), Tensor.scalar(4f), Tensor.scalar(5f));
        int[] nexts = new int[1];
        StringBuilder text = new StringBuilder("1");
        FloatBuffer buffer = FloatBuffer.wrap(new float[] {1});
        ThreadLocal<Float> local = ThreadLocal.withInitial(() -> 1f);
        changing("captured array made a tensor", x -> x.add(Tensor.of(array)), () -> array[0]++, () -> (int) array[0] - 1);
        changing("captured nested array made a tensor", x -> x.add(Tensor.ofNested(nested).reshape(1)),
                () -> nested[0][0]++, () -> (int) nested[0][0] - 1);
        changing("captured array of objects", x -> x.add((Float) objects[0]), () -> objects[0] = (Float) objects[0] + 1,
                () -> ((Float) objects[0]).intValue() - 1);
        changing("copy of a captured array", x -> x.add(array.clone()[1]), () -> array[1]++, () -> (int) array[1] - 1);
        changing("stream over a captured array", x -> x.add((Float) Arrays.stream(objects).findFirst().orElseThrow()),
                () -> objects[0] = (Float) objects[0] + 1, () -> ((Float) objects[0]).intValue() - 1);
        changing("captured list of tensors", x -> x.add(Tensor.stack(0, list)),
                () -> list.set(0, next.get(nexts[0]++)), () -> nexts[0]);
        changing("captured text", x -> x.add(text.length()), () -> text.append("1"), () -> text.length() - 1);
        changing("captured buffer", x -> x.add(buffer.get(0)), () -> buffer.put(0, buffer.get(0) + 1),
                () -> (int) buffer.get(0) - 1);
        changing("captured thread local", x -> x.add(local.get()), () -> local.set(local.get() + 1),
                () -> local.get().intValue() - 1);
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
