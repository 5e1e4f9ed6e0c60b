package org.rebind;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How a function is compiled. Immutable; made by {@link #builder()}.
 *
 * @param name for people; empty for one made from the lambda's class and line
 * @param fullgraph whether a side effect is an error; otherwise such calls run eagerly
 * @param maxCacheSize most entries (signatures) kept, at least 1; the least recently used one goes
 * @param dynamicDims symbolic dims
 * @param backend name of the one backend to use while it is there; empty for the best
 * @param exact whether float arithmetic is rounded operation by operation, without fused multiply-add or reassociation
 * @param simplify whether the graph is simplified; off to bisect a wrong result
 * @param fuse whether kernels are fused; off to bisect a wrong result
 */
public record CompileOptions(String name, boolean fullgraph, int maxCacheSize, List<DynamicDim> dynamicDims,
        Optional<String> backend, boolean exact, boolean simplify, boolean fuse) {
    public static final CompileOptions DEFAULT = builder().build();

    public CompileOptions {
        if (name == null || dynamicDims == null || backend == null) {
            throw new ArgumentException("CompileOptions: " + (name == null ? "name" : dynamicDims == null ? "dynamicDims" : "backend")
                    + " is null; leave out what is not to be chosen");
        }
        dynamicDims = List.copyOf(dynamicDims);
        if (maxCacheSize < 1) {
            throw new IllegalArgumentException("maxCacheSize: expected at least 1, got " + maxCacheSize);
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects options; not thread-safe. */
    public static final class Builder {
        private String name = "";
        private boolean fullgraph;
        private int maxCacheSize = 64;
        private final List<DynamicDim> dynamicDims = new ArrayList<>();
        private Optional<String> backend = Optional.empty();
        private boolean exact;
        private boolean simplify = true;
        private boolean fuse = true;

        private Builder() {
        }

        public Builder name(String name) {
            this.name = name;
            return this;
        }

        public Builder fullgraph(boolean fullgraph) {
            this.fullgraph = fullgraph;
            return this;
        }

        public Builder maxCacheSize(int maxCacheSize) {
            this.maxCacheSize = maxCacheSize;
            return this;
        }

        /** Marks one dim of an argument that is a tensor. */
        public Builder dynamicDim(int argument, int dim, String name) {
            return dynamicDim(argument, "", dim, name);
        }

        /** Marks one dim of a tensor inside an argument, for instance {@code (0, ".layers[2].weight", 1, "n")}. */
        public Builder dynamicDim(int argument, String path, int dim, String name) {
            dynamicDims.add(new DynamicDim(argument, path, dim, name));
            return this;
        }

        /** {@code {argument: {dim: "name"}}}. */
        public Builder dynamicDims(Map<Integer, Map<Integer, String>> dims) {
            new TreeMap<>(dims).forEach((argument, named) -> // sorted, so that errors do not depend on a map's order
                    new TreeMap<>(named).forEach((dim, symbol) -> dynamicDim(argument, dim, symbol)));
            return this;
        }

        public Builder backend(String name) {
            this.backend = name == null ? null : Optional.of(name); // of which build says what is wrong
            return this;
        }

        public Builder exact(boolean exact) {
            this.exact = exact;
            return this;
        }

        public Builder simplify(boolean simplify) {
            this.simplify = simplify;
            return this;
        }

        public Builder fuse(boolean fuse) {
            this.fuse = fuse;
            return this;
        }

        /** @throws IllegalArgumentException if maxCacheSize is below 1 @throws ArgumentException if a name is null */
        public CompileOptions build() {
            return new CompileOptions(name, fullgraph, maxCacheSize, dynamicDims, backend, exact, simplify, fuse);
        }
    }
}
