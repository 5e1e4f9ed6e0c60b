package org.rebind.backend.aparapi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.rebind.DType;
import org.rebind.codegen.internal.math.MathLibrary;

/**
 * The generated elementary functions against StrictMath (error at most 1 ulp itself, for float32 exact after rounding)
 * and, where StrictMath has no such function, BigDecimal series; over dense samples and the values where functions break.
 */
class FunctionAccuracyTest {
    private static final long SEED = Long.getLong("rebind.test.seed", System.nanoTime());
    private static final boolean VECTOR = VectorCode.detect().available();

    /** A function, what it should be, where its samples lie, and its stated error in ulps for float32 and float64. */
    private record Case(String name, DoubleUnaryOperator reference, double low, double high, double ulps, double ulpsDouble) {
    }

    private static final List<Case> CASES = List.of(
            new Case("exp", StrictMath::exp, -110, 92, 1, 2),
            new Case("expneg", StrictMath::exp, -110, 0, 2.35, 2), // float32: and more further from 0
            new Case("expnear", StrictMath::exp, -87, 43, 2.4, 2), // as well, and of nothing else
            new Case("expm1", StrictMath::expm1, -20, 92, 2, 3),
            new Case("log", StrictMath::log, 0, 1e4, 1, 2),
            new Case("log1p", StrictMath::log1p, -1, 20, 2, 3),
            new Case("sin", StrictMath::sin, -40000, 40000, 2, 2.5),
            new Case("cos", StrictMath::cos, -40000, 40000, 2, 2.5),
            new Case("tan", StrictMath::tan, -40000, 40000, 4, 5),
            new Case("asin", StrictMath::asin, -1, 1, 3, 3),
            new Case("acos", StrictMath::acos, -1, 1, 2, 3),
            new Case("atan", StrictMath::atan, -10, 10, 3, 3),
            new Case("sinh", StrictMath::sinh, -91, 91, 2, 4.5),
            new Case("cosh", StrictMath::cosh, -91, 91, 2, 4),
            new Case("tanh", StrictMath::tanh, -12, 12, 2.5, 5),
            new Case("atanh", FunctionAccuracyTest::atanh, -1, 1, 3, 5),
            new Case("erf", FunctionAccuracyTest::erf, -6.5, 6.5, 2, 3));

    /** Stated errors of the functions of blocks. */
    private static final Map<String, Double> BLOCK_ULPS = Map.of("exp", 1.7, "log", 1.0, "tanh", 2.7, "erf", 3.7);

    private static final List<String> TWO = List.of("pow", "atan2", "remainder", "floor_divide");

    private static final double[] SPECIAL = {0.0, -0.0, 1, -1, 0.5, -0.5, Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY, Double.NaN, Float.MIN_VALUE, -Float.MIN_VALUE, Float.MIN_NORMAL, Float.MAX_VALUE,
            -Float.MAX_VALUE, Double.MIN_VALUE, -Double.MIN_VALUE, Double.MAX_VALUE, -Double.MAX_VALUE, 1e22, -1e22, 1e-10,
            3.1415927410125732, 1.5707963705062866, 88.72283, 88.72284, -87.33655, -103.97, -104, 709.78, 709.79, -745.1,
            -746, 2, 3, 10, 1e5, 16777216, 1e-3, 0.70710677, 0.41421357, 2.4142137, Math.PI, Math.PI / 2, 1e300, 1e-300};

    private final Object functions = load();

    private static Object load() {
        StringBuilder s = new StringBuilder("package rebind.generated;\n");
        java.util.Set<String> scalarMethods = new java.util.HashSet<>();
        s.append(VECTOR ? "import jdk.incubator.vector.*;\n" : "").append("public final class Functions {\n");
        if (VECTOR) {
            s.append("    static final VectorSpecies F = FloatVector.SPECIES_PREFERRED;\n")
                    .append("    static final VectorSpecies D = DoubleVector.SPECIES_PREFERRED;\n");
        }
        for (DType d : List.of(DType.FLOAT32, DType.FLOAT64)) {
            boolean single = d == DType.FLOAT32;
            String t = single ? "float" : "double";
            String v = single ? "FloatVector" : "DoubleVector";
            String species = single ? "F" : "D";
            MathLibrary m = MathLibrary.of(d);
            for (Map.Entry<String, String> e : MathLibrary.helpers().entrySet()) {
                boolean vector = e.getKey().endsWith("@vector");
                if (e.getKey().contains("_" + (single ? "f" : "d")) && (VECTOR || !vector) && scalarMethods.add(e.getKey())) {
                    s.append(e.getValue());
                }
            }
            List<String> names = new java.util.ArrayList<>(CASES.stream().map(Case::name).toList());
            names.addAll(TWO);
            names.addAll(List.of("round", "trunc", "floor", "ceil", "sign"));
            for (String n : names) {
                boolean two = TWO.contains(n);
                String more = two ? ", " + t + "[] y" : "";
                String f = m.methodName(n);
                s.append("    public static void scalar_" + f + "(" + t + "[] x" + more + ", " + t + "[] r) {\n")
                        .append("        for (int i = 0; i < r.length; i++) { r[i] = " + f + "(x[i]" + (two ? ", y[i]" : "")
                                + "); }\n    }\n");
                if (VECTOR) {
                    s.append("    public static void vector_" + f + "(" + t + "[] x" + more + ", " + t + "[] r) {\n")
                            .append("        for (int i = 0; i < r.length; i += " + species + ".length()) {\n            "
                                    + "VectorMask m = " + species + ".indexInRange(i, r.length);\n            " + f + "("
                                    + v + ".fromArray(" + species + ", x, i, m)"
                                    + (two ? ", " + v + ".fromArray(" + species + ", y, i, m)" : "")
                                    + ").intoArray(r, i, m);\n        }\n    }\n");
                }
            }
        }
        assertEquals(BLOCK_ULPS.keySet().stream().map(n -> n + "_block").collect(Collectors.toSet()), MathLibrary.blocks().keySet());
        MathLibrary.blocks().forEach((name, text) -> s.append(text).append("    public static void block_" + name.replace("_block", "_f")
                + "(float[] x, float[] r) {\n        System.arraycopy(x, 0, r, 0, r.length);\n        " + name + "(r, new float[r.length], r.length);\n    }\n"));
        String source = s.append("}\n").toString();
        try {
            return new SourceCompiler(FunctionAccuracyTest.class.getClassLoader())
                    .compile(Map.of("rebind.generated.Functions", source)).loadClass("rebind.generated.Functions");
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    private Object run(String kind, String name, Object... arrays) {
        try {
            Class<?>[] types = java.util.Arrays.stream(arrays).map(Object::getClass).toArray(Class<?>[]::new);
            Method m = ((Class<?>) functions).getMethod(kind + "_" + name, types);
            m.invoke(null, arrays);
            return arrays[arrays.length - 1];
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(name, e);
        }
    }

    @TestFactory
    List<DynamicTest> everyFunctionKeepsItsStatedError() {
        return CASES.stream().map(c -> DynamicTest.dynamicTest(c.name + " seed " + SEED, () -> {
            float[] x = new float[c.name.equals("erf") ? 4_000 : 200_000]; // decimal arithmetic is slow
            double[] samples = samples(c, x.length);
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) samples[i];
            }
            float[] y = (float[]) run("scalar", c.name + "_f", x, new float[x.length]);
            checkFloats(c, c.ulps, x, y);
            if (MathLibrary.blocks().containsKey(c.name + "_block")) {
                float[] block = (float[]) run("block", c.name + "_f", x, new float[x.length]);
                checkFloats(c, BLOCK_ULPS.get(c.name), x, block);
                if (c.name.equals("log")) {
                    org.junit.jupiter.api.Assertions.assertArrayEquals(bits(y), bits(block), "log: block code differs from scalar code");
                }
            }
            double[] d = (double[]) run("scalar", c.name + "_d", samples, new double[x.length]);
            checkDoubles(c, samples, d);
            if (VECTOR) {
                org.junit.jupiter.api.Assertions.assertArrayEquals(bits(y), bits((float[]) run("vector", c.name + "_f", x,
                        new float[x.length])), c.name + ": float vector code differs from scalar code");
                org.junit.jupiter.api.Assertions.assertArrayEquals(bits(d), bits((double[]) run("vector", c.name + "_d",
                        samples, new double[x.length])), c.name + ": double vector code differs from scalar code");
            }
        })).toList();
    }

    private static void checkFloats(Case c, double ulps, float[] x, float[] y) {
        double worst = 0;
        float at = 0;
        for (int i = 0; i < x.length; i++) {
            double want = c.reference.applyAsDouble(x[i]);
            double error = error(want, (float) want, y[i], Math.ulp((float) want))
                    - (c.name.startsWith("expne") && x[i] > -88 ? Math.abs(x[i]) / 32 : 0);
            if (error > worst) {
                worst = error;
                at = x[i];
            }
        }
        System.getLogger("accuracy").log(System.Logger.Level.INFO, c.name + " float32 " + worst + " ulp at " + at);
        assertTrue(worst <= ulps, c.name + "(" + at + ") is off by " + worst + " ulp, seed " + SEED);
    }

    private static void checkDoubles(Case c, double[] x, double[] y) {
        double worst = 0;
        double at = 0;
        for (int i = 0; i < x.length; i++) {
            double want = c.reference.applyAsDouble(x[i]);
            double error = error(want, want, y[i], Math.ulp(want));
            if (error > worst) {
                worst = error;
                at = x[i];
            }
        }
        System.getLogger("accuracy").log(System.Logger.Level.INFO, c.name + " float64 " + worst + " ulp at " + at);
        assertTrue(worst <= c.ulpsDouble, c.name + "(" + at + ") is off by " + worst + " ulp, seed " + SEED);
    }

    /** Error in ulps; specials must be equal, zeros with their sign. */
    private static double error(double want, double rounded, double got, double ulp) {
        if (Double.compare(rounded, got) == 0) {
            return 0;
        }
        boolean special = Double.isNaN(rounded) || Double.isInfinite(rounded) || Double.isNaN(got) || Double.isInfinite(got)
                || rounded == 0 && got == 0;
        return special ? Double.POSITIVE_INFINITY : Math.abs(got - want) / ulp;
    }

    private static double[] samples(Case c, int n) {
        Random r = new Random(SEED);
        double[] x = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = switch (i % 4) {
                case 0 -> c.low + (c.high - c.low) * r.nextDouble();
                case 1 -> r.nextGaussian();
                case 2 -> Math.scalb(r.nextDouble() * 2 - 1, r.nextInt(60) - 50);
                default -> c.low + (c.high - c.low) * i / n;
            };
        }
        System.arraycopy(SPECIAL, 0, x, 1000, SPECIAL.length);
        return switch (c.name) {
            case "expneg" -> Arrays.stream(x).map(v -> -Math.abs(v)).toArray();
            case "expnear" -> Arrays.stream(x).map(v -> v > c.high ? c.high : v < c.low ? c.low : v).toArray();
            default -> x;
        };
    }

    @Test
    void powHasTheMeaningOfC() {
        Random r = new Random(SEED);
        int n = 100_000;
        double[] x = new double[n];
        double[] y = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = i < SPECIAL.length * SPECIAL.length ? SPECIAL[i % SPECIAL.length]
                    : Math.exp(r.nextGaussian() * 5) * (i % 3 == 0 ? -1 : 1);
            y[i] = i < SPECIAL.length * SPECIAL.length ? SPECIAL[i / SPECIAL.length]
                    : i % 2 == 0 ? r.nextInt(20) - 10 : r.nextGaussian() * 8;
        }
        checkPow(x, y);
    }

    private void checkPow(double[] x, double[] y) {
        double[] d = (double[]) run("scalar", "pow_d", x, y, new double[x.length]);
        float[] xf = floats(x);
        float[] yf = floats(y);
        float[] f = (float[]) run("scalar", "pow_f", xf, yf, new float[x.length]);
        for (int i = 0; i < x.length; i++) {
            double want = pow(x[i], y[i]);
            assertTrue(error(want, want, d[i], Math.ulp(want)) <= 2, "pow(" + x[i] + ", " + y[i] + ") = " + d[i] + ", want "
                    + want);
            double wide = pow(xf[i], yf[i]);
            assertTrue(error(wide, (float) wide, f[i], Math.ulp((float) wide)) <= 2, "pow(" + xf[i] + "f, " + yf[i] + "f) = "
                    + f[i] + ", want " + wide);
        }
        if (VECTOR) {
            org.junit.jupiter.api.Assertions.assertArrayEquals(bits(d), bits((double[]) run("vector", "pow_d", x, y,
                    new double[x.length])));
            org.junit.jupiter.api.Assertions.assertArrayEquals(bits(f), bits((float[]) run("vector", "pow_f", xf, yf,
                    new float[x.length])));
        }
    }

    private static double pow(double x, double y) {
        return x == 1 || x == -1 && Double.isInfinite(y) ? 1 : StrictMath.pow(x, y);
    }

    @Test
    void atan2KnowsQuadrantsAndSigns() {
        int n = SPECIAL.length * SPECIAL.length;
        double[] y = new double[n + 50_000];
        double[] x = new double[y.length];
        Random r = new Random(SEED);
        for (int i = 0; i < y.length; i++) {
            y[i] = i < n ? SPECIAL[i % SPECIAL.length] : r.nextGaussian();
            x[i] = i < n ? SPECIAL[i / SPECIAL.length] : r.nextGaussian() * 3;
        }
        double[] d = (double[]) run("scalar", "atan2_d", y, x, new double[y.length]);
        float[] f = (float[]) run("scalar", "atan2_f", floats(y), floats(x), new float[y.length]);
        for (int i = 0; i < y.length; i++) {
            double want = StrictMath.atan2(y[i], x[i]);
            assertTrue(error(want, want, d[i], Math.ulp(want)) <= 3.5, "atan2(" + y[i] + ", " + x[i] + ") = " + d[i]
                    + ", want " + want);
            double wide = StrictMath.atan2((float) y[i], (float) x[i]);
            assertTrue(error(wide, (float) wide, f[i], Math.ulp((float) wide)) <= 3, "atan2(" + (float) y[i] + "f, "
                    + (float) x[i] + "f) = " + f[i] + ", want " + wide);
        }
        if (VECTOR) {
            org.junit.jupiter.api.Assertions.assertArrayEquals(bits(d), bits((double[]) run("vector", "atan2_d", y, x,
                    new double[y.length])));
        }
    }

    @Test
    void remainderAndFloorDivideAreExact() {
        int n = SPECIAL.length * SPECIAL.length;
        double[] x = new double[n + 20_000];
        double[] y = new double[x.length];
        Random r = new Random(SEED);
        for (int i = 0; i < x.length; i++) {
            x[i] = i < n ? SPECIAL[i % SPECIAL.length] : i % 2 == 0 ? r.nextInt(200) - 100 : r.nextGaussian() * 1e4;
            y[i] = i < n ? SPECIAL[i / SPECIAL.length] : i % 2 == 0 ? r.nextInt(20) - 10 : r.nextGaussian();
        }
        for (String kind : VECTOR ? List.of("scalar", "vector") : List.of("scalar")) {
            for (String name : List.of("remainder", "floor_divide")) {
                double[] d = (double[]) run(kind, name + "_d", x, y, new double[x.length]);
                float[] f = (float[]) run(kind, name + "_f", floats(x), floats(y), new float[x.length]);
                for (int i = 0; i < x.length; i++) {
                    double want = name.equals("remainder") ? remainder(x[i], y[i]) : floorDivide(x[i], y[i]);
                    // NumPy's algorithm rounds twice where the quotient has more digits than the dtype
                    double slack = Math.abs(want) > 1e15 && Math.abs(want) <= Double.MAX_VALUE ? Math.ulp(want) : 0;
                    assertEquals(want, d[i], slack, kind + " " + name + "(" + x[i] + ", " + y[i] + ")");
                    float a = (float) x[i];
                    float b = (float) y[i];
                    float wide = (float) (name.equals("remainder") ? remainder(a, b) : floorDivide(a, b));
                    assertEquals(wide, f[i], kind + " " + name + "(" + a + "f, " + b + "f)");
                }
            }
        }
    }

    /** By decimal arithmetic where both are finite. */
    private static double remainder(double x, double y) {
        if (y == 0 || Double.isNaN(x) || Double.isNaN(y) || Double.isInfinite(x)) {
            return Double.NaN;
        }
        if (Double.isInfinite(y)) {
            return x == 0 ? Math.copySign(0.0, y) : x < 0 == y < 0 ? x : y;
        }
        double c = new BigDecimal(x).remainder(new BigDecimal(y)).doubleValue();
        return c == 0 ? Math.copySign(0.0, y) : c < 0 != y < 0 ? c + y : c;
    }

    private static double floorDivide(double x, double y) {
        if (y == 0 || Double.isNaN(x) || Double.isNaN(y) || Double.isInfinite(x)) {
            return y == 0 ? x / y : Double.NaN;
        }
        if (Double.isInfinite(y)) {
            return x == 0 || x < 0 == y < 0 ? Math.copySign(0.0, x / y) : -1;
        }
        BigDecimal[] q = new BigDecimal(x).divideAndRemainder(new BigDecimal(y));
        BigDecimal floor = q[1].signum() * new BigDecimal(y).signum() < 0 ? q[0].subtract(BigDecimal.ONE) : q[0];
        return floor.signum() == 0 ? Math.copySign(0.0, x / y) : floor.doubleValue();
    }

    @Test
    void roundingIsExact() {
        double[] x = new double[50_000];
        Random r = new Random(SEED);
        for (int i = 0; i < x.length; i++) {
            x[i] = i < SPECIAL.length ? SPECIAL[i] : i % 2 == 0 ? r.nextInt(400) / 4.0 - 50 : r.nextGaussian() * Math.exp(r.nextInt(40));
        }
        for (String kind : VECTOR ? List.of("scalar", "vector") : List.of("scalar")) {
            checkRounding(kind, "round", Math::rint, x);
            checkRounding(kind, "floor", Math::floor, x);
            checkRounding(kind, "ceil", Math::ceil, x);
            checkRounding(kind, "trunc", v -> v < 0 ? Math.ceil(v) : Math.floor(v), x);
            checkRounding(kind, "sign", v -> Math.signum(v) + 0.0, x); // of -0 it is 0
        }
    }

    private void checkRounding(String kind, String name, DoubleUnaryOperator want, double[] x) {
        double[] d = (double[]) run(kind, name + "_d", x, new double[x.length]);
        float[] xf = floats(x);
        float[] f = (float[]) run(kind, name + "_f", xf, new float[x.length]);
        for (int i = 0; i < x.length; i++) {
            assertEquals(want.applyAsDouble(x[i]), d[i], kind + " " + name + "(" + x[i] + ")");
            assertEquals((float) want.applyAsDouble(xf[i]), f[i], kind + " " + name + "(" + xf[i] + "f)");
        }
    }

    private static float[] floats(double[] x) {
        float[] f = new float[x.length];
        for (int i = 0; i < f.length; i++) {
            f[i] = (float) x[i];
        }
        return f;
    }

    private static int[] bits(float[] x) {
        int[] b = new int[x.length];
        for (int i = 0; i < b.length; i++) {
            b[i] = Float.floatToIntBits(x[i]);
        }
        return b;
    }

    private static long[] bits(double[] x) {
        long[] b = new long[x.length];
        for (int i = 0; i < b.length; i++) {
            b[i] = Double.doubleToLongBits(x[i]);
        }
        return b;
    }

    private static double atanh(double x) {
        double a = Math.abs(x);
        double y = a < 1e-9 ? a : 0.5 * StrictMath.log1p(2 * a / (1 - a));
        return Math.copySign(y, x);
    }

    /** By its Taylor series in decimal arithmetic up to 3, by the continued fraction of erfc above. */
    private static double erf(double x) {
        double a = Math.abs(x);
        if (Double.isNaN(x) || a == 0) {
            return x;
        }
        if (a > 6) {
            return Math.copySign(1, x);
        }
        return Math.copySign(a < 1e-9 ? a * (2 / Math.sqrt(Math.PI)) : a < 3 ? erfSeries(a) : 1 - erfcFraction(a), x);
    }

    private static double erfSeries(double a) {
        MathContext mc = new MathContext(30);
        BigDecimal z = new BigDecimal(a, mc).pow(2, mc);
        BigDecimal term = new BigDecimal(a, mc);
        BigDecimal sum = term;
        for (int k = 1; k < 200 && term.abs().doubleValue() > 1e-24; k++) {
            term = term.multiply(z, mc).negate().divide(BigDecimal.valueOf(k), mc);
            sum = sum.add(term.divide(BigDecimal.valueOf(2L * k + 1), mc), mc);
        }
        return sum.multiply(new BigDecimal("1.12837916709551257389615890312154517"), mc).doubleValue();
    }

    private static double erfcFraction(double a) {
        double t = a;
        for (int k = 120; k >= 1; k--) {
            t = a + k / 2.0 / t;
        }
        return StrictMath.exp(-a * a) / (t * Math.sqrt(Math.PI));
    }
}
