package org.rebind.backend.cuda.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rebind.DType;
import org.rebind.backend.ExecutableOptions;
import org.rebind.codegen.Dialects;
import org.rebind.codegen.Kernel;
import org.rebind.codegen.Renderer;
import org.rebind.codegen.Scheduler;
import org.rebind.codegen.Target;
import org.rebind.tck.OperatorSuite;

/**
 * The kernels of the operator suite compiled to cubins for real architectures by the machine's CUDA toolkit: for one that the
 * seed chooses, for all in long runs.
 */
@Tag("slow")
class NvccTest {
    /** 65,536 registers a multiprocessor, 256 threads a group: above this fewer than two groups share one. */
    private static final int REGISTER_CEILING = 128;
    private static final int ELEMENTWISE_CEILING = 64;
    private static final List<String> ARCHITECTURES = List.of("sm_80", "sm_90", "sm_100");
    private static final Pattern FUNCTION = Pattern.compile("Compiling entry function '([^']+)'");
    /** Functions of float64 that CUDA makes calls of, around which it saves registers. */
    private static final Set<String> FLOAT64_CALLS = Set.of("exp", "expm1", "log", "log1p", "sqrt", "asin", "acos", "atan", "atan2",
            "sinh", "cosh", "tanh", "atanh", "erf", "divide", "floor_divide", "remainder");
    private static final Pattern SPILLS = Pattern.compile("(\\d+) bytes spill stores, (\\d+) bytes spill loads");
    private static final Pattern REGISTERS = Pattern.compile("Used (\\d+) registers");

    @TempDir
    private Path folder;

    /** A kernel that differs from all others. @param light computes element by element, nothing that loops inside */
    private record Distinct(Kernel kernel, String example, boolean light) {
    }

    @Test
    void everyKernelCompiles() throws Exception {
        assumeTrue(present("nvcc"), "no nvcc on the PATH: install a CUDA toolkit to compile the kernels");
        List<Distinct> kernels = distinct();
        assertTrue(kernels.size() > 300, "only " + kernels.size() + " distinct kernels");
        List<String> architectures = architectures();
        int parts = Math.max(2, Runtime.getRuntime().availableProcessors());
        ExecutorService pool = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try {
            List<Future<Integer>> running = new ArrayList<>();
            for (int part = 0; part < parts; part++) {
                Map<String, Distinct> bySpace = new LinkedHashMap<>();
                for (int i = part; i < kernels.size(); i += parts) {
                    bySpace.put("k" + i, kernels.get(i));
                }
                Path source = Files.writeString(folder.resolve("part" + part + ".cu"), unit(bySpace));
                for (String architecture : architectures) {
                    running.add(pool.submit(() -> check(compile(source, architecture), architecture, bySpace)));
                }
            }
            int functions = 0;
            for (Future<Integer> f : running) {
                functions += f.get(10, TimeUnit.MINUTES);
            }
            assertEquals(kernels.size() * architectures.size(), functions, "functions in nvcc's logs");
        } finally {
            pool.shutdownNow();
        }
    }

    private static List<String> architectures() {
        long seed = Long.getLong("rebind.test.seed", System.nanoTime());
        return Boolean.getBoolean("rebind.test.long") ? ARCHITECTURES
                : List.of(ARCHITECTURES.get((int) Math.floorMod(seed, (long) ARCHITECTURES.size())));
    }

    /** The kernels of the operator suite, with cuBLAS and without, fused and not. */
    private static List<Distinct> distinct() {
        Map<String, Distinct> seen = new LinkedHashMap<>();
        for (OperatorSuite.Case c : OperatorSuite.cases()) {
            for (boolean exact : new boolean[] {false, true}) {
                Target target = Target.gpu().withLocalMemory(48 << 10).withLibraryMatmul(!exact)
                        .with(new ExecutableOptions(exact, true));
                if (!Scheduler.supports(c.graph(), target).supported()) {
                    continue;
                }
                for (Kernel k : CudaBackend.kernels(Scheduler.schedule(c.graph(), target))) {
                    boolean light = k.launch() == Kernel.Launch.THREADS && k.note().ops().stream().noneMatch(NvccTest::heavy)
                            && (k.buffers().stream().noneMatch(b -> b.dtype() == DType.FLOAT64)
                                    || k.note().ops().stream().noneMatch(FLOAT64_CALLS::contains));
                    seen.putIfAbsent(Renderer.function(k, Dialects.CUDA), new Distinct(k, c.name(), light));
                }
            }
        }
        return List.copyOf(seen.values());
    }

    private static String unit(Map<String, Distinct> bySpace) {
        // as NVRTC has it, which includes no header of its own
        StringBuilder text = new StringBuilder("#undef INFINITY\n#undef NAN\n");
        bySpace.forEach((space, d) -> text.append("// ").append(d.example).append("\nnamespace ").append(space).append(" {\n")
                .append(Renderer.source(List.of(d.kernel), Dialects.CUDA).replace("extern \"C\" ", "").replace("__device__ ",
                        "static __device__ ")).append("\n}\n"));
        return text.toString();
    }

    private String compile(Path source, String architecture) throws Exception {
        Path cubin = folder.resolve(source.getFileName() + "." + architecture + ".cubin");
        String log = run("nvcc", "-std=c++17", "--fmad=false", "-arch=" + architecture, "-cubin", "-Xptxas", "-v", "-o",
                cubin.toString(), source.toString());
        assertTrue(Files.size(cubin) > 10_000, log);
        return log;
    }

    /** Ops whose kernels loop, or call the long slow paths of CUDA's own functions. */
    private static boolean heavy(String op) {
        return List.of("sin", "cos", "tan", "pow", "matmul", "cumsum", "scatter_add").contains(op) || op.startsWith("reduce")
                || op.startsWith("arg") || op.equals("sum") || op.equals("prod") || op.equals("max") || op.equals("min");
    }

    /** @return number of functions */
    private static int check(String log, String architecture, Map<String, Distinct> bySpace) {
        List<String> broken = new ArrayList<>();
        String function = "";
        int functions = 0;
        boolean spilled = false;
        for (String line : log.split("\n")) {
            Matcher f = FUNCTION.matcher(line);
            Matcher s = SPILLS.matcher(line);
            Matcher r = REGISTERS.matcher(line);
            if (f.find()) {
                function = f.group(1);
                functions++;
            } else if (s.find()) {
                spilled = !s.group(1).equals("0") || !s.group(2).equals("0");
            } else if (r.find()) {
                Distinct d = bySpace.get(space(function));
                int registers = Integer.parseInt(r.group(1));
                if (spilled && d.light || registers > (d.light ? ELEMENTWISE_CEILING : REGISTER_CEILING)) {
                    broken.add(architecture + " " + d.kernel.name() + " of " + d.example + ": " + registers + " registers"
                            + (spilled ? ", spills" : ""));
                }
            }
        }
        assertEquals(List.of(), broken);
        return functions;
    }

    /** {@code k12} of the mangled {@code _ZN3k1210mul_kernelE...}. */
    private static String space(String mangled) {
        if (!mangled.startsWith("_ZN")) {
            return "";
        }
        int digits = 3;
        while (Character.isDigit(mangled.charAt(digits))) {
            digits++;
        }
        int length = Integer.parseInt(mangled.substring(3, digits));
        return mangled.substring(digits, digits + length);
    }

    private static boolean present(String tool) throws InterruptedException {
        try {
            return new ProcessBuilder(tool, "--version").redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private String run(String... command) throws Exception {
        Path log = Files.createTempFile(folder, "log", ".txt");
        Process p = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        assertTrue(p.waitFor(10, TimeUnit.MINUTES), "nvcc takes longer than ten minutes");
        String text = Files.readString(log);
        assertEquals(0, p.exitValue(), text);
        return text;
    }
}
