package org.rebind.tck;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.graph.Graph;

/**
 * Every op, dtype and awkward size agrees with the interpreter, compiled once for symbolic sizes and once for a fixed
 * one. What a backend says it does not support is skipped with its reason.
 */
public interface OperatorContract extends Subject {
    @TestFactory
    @DisplayName("elementwise operations")
    default Stream<DynamicTest> elementwise() {
        return tests(OperatorCases.elementwise());
    }

    @TestFactory
    @DisplayName("movement")
    default Stream<DynamicTest> movement() {
        return tests(OperatorCases.movement());
    }

    @TestFactory
    @DisplayName("indexing")
    default Stream<DynamicTest> indexing() {
        return tests(OperatorCases.indexing());
    }

    @TestFactory
    @DisplayName("reductions")
    default Stream<DynamicTest> reductions() {
        return tests(OperatorCases.reductions());
    }

    @TestFactory
    @DisplayName("matrix products")
    default Stream<DynamicTest> products() {
        return tests(OperatorCases.products());
    }

    @TestFactory
    @DisplayName("float16 and bfloat16")
    default Stream<DynamicTest> halves() {
        return tests(HalfCases.all());
    }

    @TestFactory
    @DisplayName("small programs")
    default Stream<DynamicTest> programs() {
        return tests(CompositeCases.all());
    }

    /**
     * One case with symbolic sizes in so many, others with each {@link Subject#seed() seed}, is compiled for a fixed size as well; 1
     * for all, which a backend whose compiler takes long may not want each time: the golden cases have fixed sizes too.
     */
    default int fixedShare() {
        return 1;
    }

    private Stream<DynamicTest> tests(List<OperatorCase> cases) {
        List<OperatorCase> chosen = cases.stream().filter(this::isChosen).toList();
        backend().prepare(chosen.stream().flatMap(c -> Stream.concat(Stream.of(c.graph()), fixedGraph(c).stream())).toList(),
                ExecutableOptions.DEFAULT);
        return chosen.stream().map(c -> DynamicTest.dynamicTest(c.name(), () -> {
            try (Executable executable = compile(c.graph(), ExecutableOptions.DEFAULT)) {
                for (long[] symbols : sizes(c)) {
                    check(executable, c.graph(), c, symbols, false);
                }
            }
            fixedGraph(c).ifPresent(graph -> fixed(c, graph));
        }));
    }

    private boolean isChosen(OperatorCase c) {
        return Math.floorMod(c.name().hashCode() + seed(), (long) operatorStride()) == 0;
    }

    private List<long[]> sizes(OperatorCase c) {
        return c.sizes().stream().filter(symbols -> Arrays.stream(symbols).allMatch(n -> n <= largestSize())).toList();
    }

    /** The graph for one of the sizes alone, if it has symbols and is among the share. */
    private Optional<Graph> fixedGraph(OperatorCase c) {
        int hash = c.name().hashCode();
        boolean wanted = !c.graph().symbols().isEmpty() && Math.floorMod(hash + seed(), (long) fixedShare()) == 0;
        List<long[]> sizes = wanted ? sizes(c) : List.of();
        return sizes.isEmpty() ? Optional.empty() : Optional.of(GraphRewriter.fix(c.graph(),
                sizes.get(Math.floorMod(hash, sizes.size()))));
    }

    private void fixed(OperatorCase c, Graph graph) {
        try (Executable executable = compile(graph, ExecutableOptions.DEFAULT)) {
            check(executable, graph, c, new long[0], false);
        }
    }
}
