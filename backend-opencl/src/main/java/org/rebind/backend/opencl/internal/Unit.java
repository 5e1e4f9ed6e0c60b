package org.rebind.backend.opencl.internal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rebind.DType;
import org.rebind.KernelSource;
import org.rebind.codegen.Dialect;
import org.rebind.codegen.Kernel;
import org.rebind.codegen.KernelNote;
import org.rebind.codegen.Plan;
import org.rebind.codegen.Renderer;
import org.rebind.codegen.Step;

/**
 * What is compiled for a plan: its kernels, and the kernels of matrix products by dtype.
 *
 * @param products by dtype, with what the scheduler decided
 * @param source everything, as one text; equal for plans that can share a program
 */
record Unit(List<Kernel> kernels, Map<DType, KernelNote> products, MatmulSource matmul, Dialect dialect, String source) {
    static Unit of(Plan plan, MatmulSource matmul, Dialect dialect) {
        Map<String, Kernel> kernels = new LinkedHashMap<>();
        Map<DType, KernelNote> products = new LinkedHashMap<>();
        for (Step step : plan.steps()) {
            if (step instanceof Step.MatmulStep m && MatmulSource.supports(m.dtype())) {
                products.putIfAbsent(m.dtype(), m.note());
            }
            Kernel kernel = step instanceof Step.KernelStep k ? k.kernel()
                    : ((Step.MatmulStep) step).generated().kernel();
            kernels.putIfAbsent(kernel.name(), kernel);
        }
        return new Unit(List.copyOf(kernels.values()), products, matmul, dialect,
                text(kernels.values(), products.keySet(), matmul, dialect));
    }

    boolean isEmpty() {
        return kernels.isEmpty() && products.isEmpty();
    }

    /** Names of all functions. */
    List<String> names() {
        List<String> names = new ArrayList<>();
        for (DType d : products.keySet()) {
            names.add(MatmulSource.name(d));
            if (matmul.packs()) {
                names.add(MatmulSource.packName(d));
            }
        }
        kernels.forEach(k -> names.add(k.name()));
        return names;
    }

    /** To look at, one a kernel. */
    List<KernelSource> sources() {
        List<KernelSource> sources = new ArrayList<>();
        products.forEach((d, note) -> sources.add(new KernelSource(MatmulSource.name(d), dialect.name(), matmul.source(d),
                note.toString())));
        kernels.forEach(k -> sources.add(new KernelSource(k.name(), dialect.name(), Renderer.function(k, dialect),
                k.note().toString())));
        return sources;
    }

    /** One text of several units, each unit's kernels with {@link #suffix} of its place in the list. */
    static String together(List<Unit> units) {
        List<Kernel> kernels = new ArrayList<>();
        Set<DType> products = new LinkedHashSet<>();
        for (int i = 0; i < units.size(); i++) {
            String suffix = suffix(i);
            units.get(i).kernels.forEach(k -> kernels.add(new Kernel(k.name() + suffix, k.buffers(), k.sizes(), k.extent(),
                    k.launch(), k.workPerItem(), k.chunkMultiple(), k.lookAhead(), k.vectorBits(), k.body(), k.note())));
            products.addAll(units.get(i).products.keySet());
        }
        return text(kernels, products, units.get(0).matmul, units.get(0).dialect);
    }

    static String suffix(int place) {
        return "_u" + place;
    }

    /** What this unit's functions are called where its kernels have a suffix. */
    Map<String, String> named(String suffix) {
        Map<String, String> names = new LinkedHashMap<>();
        kernels.forEach(k -> names.put(k.name(), k.name() + suffix));
        return names;
    }

    private static String text(Collection<Kernel> kernels, Collection<DType> products, MatmulSource matmul,
            Dialect dialect) {
        StringBuilder text = new StringBuilder(Renderer.source(List.copyOf(kernels), dialect));
        products.forEach(d -> text.append('\n').append(matmul.source(d)));
        return text.toString();
    }
}
