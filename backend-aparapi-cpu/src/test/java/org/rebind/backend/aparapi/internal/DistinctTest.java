package org.rebind.backend.aparapi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;

/** Which functions are the same but for names. */
class DistinctTest {
    private static final String SCALE = """
            // multiply over [8]
            static void scale(float[] x, float[] out, int lo, int hi) {
                for (int i = lo; i < hi; i += F.length()) {
                    exp_f(FloatVector.fromArray(F, x, i)).mul(2.0f).intoArray(out, i);
                }
            }
            """;

    private static void same(String a, String b) {
        assertEquals(Distinct.anonymous(a), Distinct.anonymous(b));
    }

    private static void different(String a, String b) {
        assertNotEquals(Distinct.anonymous(a), Distinct.anonymous(b));
    }

    @Test
    void namesOfVariablesAndOfTheFunctionDoNotMatter() {
        same(SCALE, SCALE.replace("scale", "scale_2").replace("x", "matmul3").replace("ematmul3p", "exp").replace("// multiply", "//")
                .replace("int i ", "int j ").replace("i <", "j <").replace("i +=", "j +=").replace(", i)", ", j)"));
    }

    @Test
    void methodsOfAKernelsPhasesGoByItsName() {
        String phases = SCALE + """

                static float scale_phase1(float[] x, int i) {
                    return x[i];
                }
                """;
        String call = phases.replace("mul(2.0f)", "mul(scale_phase1(x, i))");
        same(call, call.replace("scale", "scale_2"));
        different(call, call.replace("scale_phase1(x, i)", "scale_phase2(x, i)"));
        different(call, call.replace("return x[i]", "return -x[i]"));
    }

    @Test
    void everythingElseDoes() {
        different(SCALE, SCALE.replace("2.0f", "2.5f"));
        different(SCALE, SCALE.replace("exp_f", "log_f"));
        different(SCALE, SCALE.replace("F.", "D."));
        different(SCALE, SCALE.replace(".mul(", ".add("));
        different(SCALE, SCALE.replace("(out, i)", "(x, i)"));
        different(SCALE, SCALE.replace("i = lo", "i = hi"));
        different(SCALE, SCALE.replace("float[] x", "double[] x"));
    }
}
