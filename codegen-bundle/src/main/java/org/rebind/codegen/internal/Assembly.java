package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rebind.Dim;
import org.rebind.codegen.Kernel;
import org.rebind.codegen.KernelNote;
import org.rebind.codegen.ir.Array;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Stmt;

/** Puts a lowered body, its buffers and sizes together as a kernel. */
final class Assembly {
    private final LoweredGroup g;
    private final String name;
    private final String space;
    /** What buffers that are no value of the graph hold, and their number of elements. */
    private final Map<Array.Buffer, Dim> partials = new LinkedHashMap<>();

    Assembly(LoweredGroup g, String name, String space) {
        this.g = g;
        this.name = name;
        this.space = space;
    }

    Assembly with(Array.Buffer buffer, Dim elements) {
        partials.put(buffer, elements);
        return this;
    }

    Made made(List<Stmt> lowered, Dim extent, Kernel.Launch launch, Dim workPerItem, int chunkMultiple) {
        List<Stmt> body = Tidy.tidy(lowered, g.target);
        Map<Array.Buffer, Integer> values = new LinkedHashMap<>();
        Set<Array> used = used(body);
        g.reads.forEach((v, b) -> keep(values, used, b, v));
        partials.forEach((b, n) -> keep(values, used, b, Made.PARTIALS));
        g.writes.forEach((v, b) -> keep(values, used, b, v));
        Dim bytes = Dim.of(0);
        for (Map.Entry<Array.Buffer, Integer> e : values.entrySet()) {
            Dim n = e.getValue() == Made.PARTIALS ? partials.get(e.getKey()) : KernelMaker.elements(g.graph, e.getValue());
            bytes = bytes.plus(n.times(e.getKey().dtype().byteSize()));
        }
        List<String> all = g.group.members.stream().sorted().map(v -> g.graph.node(v).op().opName()).toList();
        List<String> some = all.stream().filter(o -> !List.of("broadcast_to", "reshape", "full").contains(o)).toList();
        List<String> ops = some.isEmpty() ? all : some;
        Kernel kernel = new Kernel(name, List.copyOf(values.keySet()), sizes(body), extent, launch, workPerItem,
                chunkMultiple, LookAhead.pays(g.target, bytes), g.target.vectorBits(), body, new KernelNote(ops, space, bytes));
        return new Made(kernel, new ArrayList<>(values.values()), partials.values().stream().findFirst().orElse(Dim.of(0)));
    }

    private static void keep(Map<Array.Buffer, Integer> values, Set<Array> used, Array.Buffer b, int value) {
        if (used.contains(b)) {
            values.putIfAbsent(b, value);
        }
    }

    private static Set<Array> used(List<Stmt> body) {
        Set<Array> used = new LinkedHashSet<>();
        Trees.visit(body, e -> {
            if (e instanceof Expr.Load l) {
                used.add(l.array());
            }
        });
        Trees.written(body, used);
        return used;
    }

    private List<Kernel.SizeParam> sizes(List<Stmt> body) {
        Set<Dim> dims = new LinkedHashSet<>();
        Trees.visit(body, e -> {
            if (e instanceof Expr.Size s && !s.dim().isFixed()) {
                dims.add(s.dim());
            }
        });
        for (Array a : used(body)) {
            if (a instanceof Array.Scratch s) {
                Trees.visit(s.length(), e -> {
                    if (e instanceof Expr.Size n && !n.dim().isFixed()) {
                        dims.add(n.dim());
                    }
                });
            }
        }
        List<Kernel.SizeParam> params = new ArrayList<>();
        for (Dim d : dims) {
            params.add(new Kernel.SizeParam(g.names.fresh(wish(d)), d));
        }
        return params;
    }

    private static String wish(Dim d) {
        String s = d.symbolName().orElse(d.toString().replace("*", "_by_").replace(" + ", "_plus_").replace(" - ", "_minus_"));
        return s.length() <= 24 && !s.contains("(") ? s : "size";
    }
}
