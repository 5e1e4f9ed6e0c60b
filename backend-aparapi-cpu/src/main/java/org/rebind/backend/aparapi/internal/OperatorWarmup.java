package org.rebind.backend.aparapi.internal;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Uses every operator of jdk.incubator.vector once, before kernels become hot. The module looks operators up in a method that all vector
 * code shares ({@code VectorOperators.ImplCache.find}), and the first use of one, once C2 has compiled that method, is a trap. C2 adds up
 * the traps of all methods that it inlines, as often as it does so; a kernel calls for dozens of operators, so a few traps exceed what a
 * compilation may have ({@code PerMethodTrapLimit}, 100). Then C2 no longer leaves out branches that were never taken, among them those
 * for rare values, whose vectors are objects: the kernel is 2 to 6 times slower, for good.
 */
final class OperatorWarmup implements Runnable {
    private static final System.Logger LOG = System.getLogger("org.rebind.backend.aparapi");
    private static final AtomicBoolean STARTED = new AtomicBoolean();
    private static final List<String> TYPES = List.of("FloatVector", "IntVector", "DoubleVector", "LongVector");
    /** These are looked up elsewhere, and load a native library. */
    private static final Set<String> FUNCTIONS = Set.of("SIN", "COS", "TAN", "ASIN", "ACOS", "ATAN", "EXP", "LOG", "LOG10", "CBRT", "SINH",
            "COSH", "TANH", "EXPM1", "LOG1P", "ATAN2", "POW", "HYPOT");

    private OperatorWarmup() {
    }

    static boolean isStarted() {
        return STARTED.get();
    }

    /** Once, in a thread of its own, which ends with it. */
    static void start() {
        if (STARTED.compareAndSet(false, true)) {
            Thread thread = new Thread(new OperatorWarmup(), "rebind-vector-operators");
            thread.setDaemon(true);
            thread.start();
        }
    }

    @Override
    public void run() {
        try {
            for (String type : TYPES) {
                use(type);
            }
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            LOG.log(System.Logger.Level.INFO, "vector operators could not be used ahead, kernels may stay slower: " + e, e);
        }
    }

    /** @return names of the operators it has */
    static Set<String> use(String type) throws ReflectiveOperationException {
        Class<?> vector = of("Vector");
        Class<?> unary = of("VectorOperators$Unary");
        Class<?> binary = of("VectorOperators$Binary");
        Class<?> ternary = of("VectorOperators$Ternary");
        Class<?> associative = of("VectorOperators$Associative");
        Class<?> own = of(type);
        Object one = own.getMethod("broadcast", of("VectorSpecies"), long.class).invoke(null, own.getField("SPECIES_PREFERRED").get(null), 1L);
        Set<String> used = new TreeSet<>();
        for (Field f : of("VectorOperators").getFields()) {
            Object op = f.get(null);
            if (FUNCTIONS.contains(f.getName())) {
                continue;
            }
            boolean isUsed = false;
            if (unary.isInstance(op)) {
                isUsed |= call(vector.getMethod("lanewise", unary), one, op);
            } else if (ternary.isInstance(op)) {
                isUsed |= call(vector.getMethod("lanewise", ternary, vector, vector), one, op, one, one);
            } else if (binary.isInstance(op)) {
                isUsed |= call(vector.getMethod("lanewise", binary, vector), one, op, one);
                isUsed |= call(vector.getMethod("lanewise", binary, long.class), one, op, 1L);
                if (associative.isInstance(op)) {
                    isUsed |= call(vector.getMethod("reduceLanesToLong", associative), one, op);
                }
            }
            if (isUsed) {
                used.add(f.getName());
            }
        }
        return used;
    }

    private static Class<?> of(String name) throws ClassNotFoundException {
        return Class.forName(VectorCode.MODULE + "." + name, true, ClassLoader.getSystemClassLoader());
    }

    /** Whether it is an operator of this type. */
    private static boolean call(Method method, Object vector, Object... arguments) throws ReflectiveOperationException {
        try {
            method.invoke(vector, arguments);
            return true;
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof UnsupportedOperationException) {
                return false;
            }
            throw e;
        }
    }
}
