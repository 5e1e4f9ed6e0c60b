package org.rebind.backend.cuda.internal;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.rebind.backend.ExecutableOptions;
import org.rebind.codegen.Dialects;
import org.rebind.codegen.Kernel;
import org.rebind.codegen.Renderer;
import org.rebind.codegen.Scheduler;
import org.rebind.codegen.Target;
import org.rebind.tck.OperatorSuite;

/**
 * A process of its own in which NVIDIA's NVRTC compiles the units that backend-cuda would give it: {@code NvrtcKernels FOLDER
 * MOST}. A libcuda.so.1 made for the test lets the compiler's bindings load; the compiler calls nothing of it.
 */
final class NvrtcKernels {
    private static final List<String> ARCHITECTURES = List.of("sm_80", "sm_90", "sm_100");

    private static final Pattern CALL = Pattern.compile("\\b(float|double|int|long long) \\w+\\(|\\b(?!\\w*_kernel)[a-z]\\w+\\(|asm\\(\"[\\w.]+|__shared__ \\w+|\\w+_x\\d");

    private NvrtcKernels() {
    }

    public static void main(String[] args) throws Exception {
        System.load(Path.of(args[0], "libcuda.so.1").toString());
        System.load(Path.of(args[0], "libcudart.so.13").toString());
        Nvrtc nvrtc = new Nvrtc();
        List<String> units = units();
        int most = Math.min(units.size(), Integer.parseInt(args[1]));
        ExecutorService pool = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        List<Future<Integer>> running = new ArrayList<>();
        for (String unit : units.subList(0, most)) {
            for (String architecture : ARCHITECTURES) {
                running.add(pool.submit(() -> check(nvrtc.compile("unit", unit, architecture))));
            }
        }
        long bytes = 0;
        for (Future<Integer> f : running) {
            bytes += f.get();
        }
        pool.shutdown();
        System.out.println("NVRTC " + nvrtc.version() + " compiled " + most + " units for " + ARCHITECTURES + ": " + bytes + " bytes");
        System.exit(0);
    }

    private static int check(byte[] cubin) {
        if (cubin.length < 1000 || !new String(cubin, 1, 3, StandardCharsets.ISO_8859_1).equals("ELF")) {
            throw new AssertionError("no cubin: " + cubin.length + " bytes");
        }
        return cubin.length;
    }

    private static List<String> units() {
        Set<String> units = new LinkedHashSet<>();
        for (OperatorSuite.Case c : OperatorSuite.cases()) {
            for (boolean exact : new boolean[] {false, true}) {
                Target target = Target.gpu().withLocalMemory(48 << 10).withLibraryMatmul(!exact)
                        .with(new ExecutableOptions(exact, true));
                List<Kernel> kernels = !Scheduler.supports(c.graph(), target).supported() ? List.of()
                        : CudaBackend.kernels(Scheduler.schedule(c.graph(), target));
                if (!kernels.isEmpty()) {
                    units.add(Renderer.source(kernels, Dialects.CUDA));
                }
            }
        }
        return byNewCalls(units);
    }

    /** First those that call a function that no unit before calls. */
    private static List<String> byNewCalls(Set<String> units) {
        Set<String> called = new HashSet<>();
        List<String> first = new ArrayList<>();
        List<String> rest = new ArrayList<>();
        for (String unit : units) {
            boolean fresh = false;
            Matcher m = CALL.matcher(unit);
            while (m.find()) {
                fresh |= called.add(m.group());
            }
            (fresh ? first : rest).add(unit);
        }
        first.addAll(rest);
        return first;
    }
}
