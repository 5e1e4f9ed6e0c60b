package org.rebind.benchmarks.workload;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The catalogue: every workload by its id, made only when asked for, since some hold hundreds of megabytes. */
public final class Workloads {
    private static final Map<String, Supplier<Workload>> ALL = new LinkedHashMap<>();

    static {
        add("dispatch", "8", () -> new Dispatch(8));
        sizes().forEach((size, n) -> add("chain", size, () -> new Chain(size, n)));
        add("memory", "1M", () -> new MemoryChain("1M", 1 << 20));
        add("memory", "16M", () -> new MemoryChain("16M", 1 << 24));
        add("softmax", "4096x1024", () -> new Softmax(4096, 1024));
        add("layernorm", "4096x1024", () -> new LayerNorm(4096, 1024));
        add("reduce", "first", () -> new Sum(Sum.Axis.FIRST, 4096, 1024));
        add("reduce", "last", () -> new Sum(Sum.Axis.LAST, 4096, 1024));
        add("reduce", "all", () -> new Sum(Sum.Axis.ALL, 4096, 1024));
        add("transpose", "4096x1024", () -> new Transpose(4096, 1024));
        for (int n : new int[] {8, 16, 64, 256, 1024, 2048}) {
            add("matmul", Integer.toString(n), () -> new MatrixProduct(n));
        }
        add("mlp", "batch 64", () -> new Mlp(64));
        add("mlp", "batch 1024", () -> new Mlp(1024));
        add("training", "batch 64", () -> new Training(64));
        add("attention", "8x128x64", () -> new Attention(8, 128, 64));
        add("blackscholes", "1M", () -> new BlackScholes("1M", 1 << 20));
        add("logistic", "1M", () -> new Logistic("1M", 1 << 20));
    }

    private Workloads() {
    }

    private static Map<String, Integer> sizes() {
        Map<String, Integer> sizes = new LinkedHashMap<>();
        sizes.put("1k", 1 << 10);
        sizes.put("64k", 1 << 16);
        sizes.put("1M", 1 << 20);
        sizes.put("16M", 1 << 24);
        return sizes;
    }

    private static void add(String suite, String size, Supplier<Workload> workload) {
        ALL.put(suite + "/" + size, workload);
    }

    /** All ids, {@code suite/size}, in the report's order. */
    public static List<String> ids() {
        return List.copyOf(ALL.keySet());
    }

    /** @throws IllegalArgumentException if there is none of that id */
    public static Workload of(String id) {
        Supplier<Workload> workload = ALL.get(id);
        if (workload == null) {
            throw new IllegalArgumentException("workload: expected one of " + ALL.keySet() + ", got " + id);
        }
        return workload.get();
    }

    /** Small ones of every kind, for tests. */
    public static List<Workload> small() {
        return List.of(new Dispatch(8), new Chain("small", 1003), new MemoryChain("small", 1003), new Softmax(5, 64),
                new LayerNorm(5, 64), new Sum(Sum.Axis.FIRST, 33, 64), new Sum(Sum.Axis.LAST, 33, 64),
                new Sum(Sum.Axis.ALL, 33, 64), new Transpose(64, 96), new MatrixProduct(8), new MatrixProduct(67),
                new Mlp(4), new Training(4), new Attention(2, 16, 8), new BlackScholes("small", 1003),
                new Logistic("small", 1003));
    }
}
