package org.rebind.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Printed source of a dozen graphs in every dialect, as kept in {@code src/test/resources/golden}, to be read in reviews.
 * {@code -Drebind.golden.update=true} writes the files anew.
 */
class GoldenSourceTest {
    /** What has loops in blocks; the rest is plain Java. */
    private static final Set<String> BLOCKS = Set.of("chain", "gate");
    /** What looks at the next row ahead on vectors of 256 bits; the rest is as on 512. */
    private static final Set<String> AHEAD = Set.of("softmax_long");

    /** What is in stages on vectors, and halves that C2 makes no vector code of. */
    private static final Set<String> VECTORS = Set.of("many", "mixed", "bfloat16");

    private record Variant(Dialect dialect, Target target) {
    }

    private static Map<String, Variant> variants() {
        Map<String, Variant> m = new LinkedHashMap<>();
        m.put("java", new Variant(Dialects.JAVA, Target.cpu(0)));
        m.put("java-blocks", new Variant(Dialects.JAVA_BLOCKS, Target.cpu(0)));
        m.put("java-vector", new Variant(Dialects.JAVA_VECTOR.with(Map.of(), Map.of(), Map.of(Dialects.PLAIN_FLOAT16, "")), // on Java 17, too
                Target.cpu(512)));
        m.put("java-vector-256", new Variant(Dialects.JAVA_VECTOR, Target.cpu(256)));
        m.put("opencl-cpu", new Variant(Dialects.OPENCL_CPU, Target.cpuInC(512)));
        m.put("opencl-gpu", new Variant(Dialects.OPENCL, Target.gpu()));
        m.put("cuda", new Variant(Dialects.CUDA, Target.gpu()));
        return m;
    }

    @TestFactory
    Stream<DynamicTest> sources() {
        List<DynamicTest> tests = new ArrayList<>();
        variants().forEach((name, variant) -> Graphs.all().forEach((graph, g) -> {
            if ((variant.dialect != Dialects.JAVA_BLOCKS || BLOCKS.contains(graph))
                    && (!name.equals("java-vector-256") || AHEAD.contains(graph)) && (!VECTORS.contains(graph) || name.equals("java-vector"))) {
                tests.add(DynamicTest.dynamicTest(name + " " + graph, () -> check(name + "/" + graph + ".txt",
                        text(Scheduler.schedule(g, variant.target), variant.dialect))));
            }
        }));
        return tests.stream();
    }

    private static String text(Plan plan, Dialect dialect) {
        StringBuilder s = new StringBuilder(plan.graph().toString()).append("\n\n").append(plan).append("\n");
        for (Step step : plan.steps()) {
            s.append('\n').append(Renderer.function(((Step.KernelStep) step).kernel(), dialect));
        }
        return s.toString();
    }

    private static void check(String file, String text) {
        if (Boolean.getBoolean("rebind.golden.update")) {
            write(Path.of("src/test/resources/golden", file), text);
            return;
        }
        try (InputStream in = GoldenSourceTest.class.getResourceAsStream("/golden/" + file)) {
            String expected = in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(expected, text, file + " differs; if that is right, run with -Drebind.golden.update=true");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path path, String text) {
        try {
            Files.createDirectories(path.getParent());
            Files.writeString(path, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
