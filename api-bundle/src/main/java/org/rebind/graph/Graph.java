package org.rebind.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.rebind.TensorType;

/**
 * A tensor program: flat, immutable, in SSA form and topological order. Value {@code i} is parameter {@code i} when
 * {@code i < params.size()}, else the result of node {@code i - params.size()}.
 *
 * <p>Symbols of the parameters' shapes get their numbers, at each execution, from the first parameter axis that is
 * exactly that symbol ({@link #symbols()}). Names of parameters are for people: {@link #equals} and {@link #hashCode}
 * ignore them, so that the same computation shares an executable.
 *
 * @param results value numbers; a value may appear several times and may be a parameter
 * @param guards conditions on the sizes under which this graph is valid; whoever executes it has tested them
 */
public final class Graph {
    /** An input of a graph. @param name for people, for instance {@code x} or {@code params.w1} */
    public record Param(String name, TensorType type) {
    }

    /** Where a symbol's number comes from: the size of this axis of this parameter. */
    public record SymbolSource(String symbol, int param, int axis) {
    }

    private final List<Param> params;
    private final List<Node> nodes;
    private final List<Integer> results;
    private final List<Guard> guards;
    private final List<SymbolSource> symbols;
    private final int hash;

    public Graph(List<Param> params, List<Node> nodes, List<Integer> results, List<Guard> guards) {
        this.params = List.copyOf(params);
        this.nodes = List.copyOf(nodes);
        this.results = List.copyOf(results);
        this.guards = List.copyOf(guards);
        this.symbols = findSymbols(this.params);
        this.hash = 31 * (31 * types().hashCode() + this.nodes.hashCode()) + this.results.hashCode();
    }

    public List<Param> params() {
        return params;
    }

    public List<Node> nodes() {
        return nodes;
    }

    public List<Integer> results() {
        return results;
    }

    public List<Guard> guards() {
        return guards;
    }

    /** Every symbol of the parameters' shapes that some axis is exactly, in order of first appearance. */
    public List<SymbolSource> symbols() {
        return symbols;
    }

    /** Number of values: parameters and nodes. */
    public int valueCount() {
        return params.size() + nodes.size();
    }

    public boolean isParam(int value) {
        return value < params.size();
    }

    /** The node that makes a value. @throws IndexOutOfBoundsException if the value is a parameter */
    public Node node(int value) {
        return nodes.get(value - params.size());
    }

    public TensorType type(int value) {
        return isParam(value) ? params.get(value).type() : node(value).type();
    }

    /** Numbers of the symbols, in the order of {@link #symbols()}, for parameters of these sizes. */
    public long[] symbolValues(List<long[]> paramSizes) {
        long[] values = new long[symbols.size()];
        for (int i = 0; i < values.length; i++) {
            SymbolSource s = symbols.get(i);
            values[i] = paramSizes.get(s.param)[s.axis];
        }
        return values;
    }

    /** Names and numbers of the symbols as a map. @param values as {@link #symbolValues} gives them */
    public Map<String, Long> symbolMap(long[] values) {
        Map<String, Long> map = new HashMap<>();
        for (int i = 0; i < values.length; i++) {
            map.put(symbols.get(i).symbol, values[i]);
        }
        return map;
    }

    /** How many nodes and results use each value. */
    public int[] useCounts() {
        int[] uses = new int[valueCount()];
        nodes.forEach(n -> n.inputs().forEach(i -> uses[i]++));
        results.forEach(r -> uses[r]++);
        return uses;
    }

    private static List<SymbolSource> findSymbols(List<Param> params) {
        List<SymbolSource> found = new ArrayList<>();
        Set<String> seen = new TreeSet<>();
        for (int p = 0; p < params.size(); p++) {
            var shape = params.get(p).type().shape();
            for (int a = 0; a < shape.rank(); a++) {
                String name = shape.dim(a).symbolName().orElse(null);
                if (name != null && seen.add(name)) {
                    found.add(new SymbolSource(name, p, a));
                }
            }
        }
        return List.copyOf(found);
    }

    private List<TensorType> types() {
        return params.stream().map(Param::type).toList();
    }

    /** Whether both compute the same, up to the names of parameters; guards and dtypes count. */
    @Override
    public boolean equals(Object o) {
        return this == o || o instanceof Graph g && hash == g.hash && nodes.equals(g.nodes)
                && results.equals(g.results) && types().equals(g.types()) && sameGuards(g);
    }

    private boolean sameGuards(Graph g) {
        return strip(guards).equals(strip(g.guards));
    }

    private static List<Guard> strip(List<Guard> guards) {
        return guards.stream().map(x -> new Guard(x.left(), x.relation(), x.right(), "")).toList();
    }

    /** Structural; stable within a JVM. */
    @Override
    public int hashCode() {
        return hash;
    }

    /** The text form of {@link GraphPrinter}. */
    @Override
    public String toString() {
        return GraphPrinter.print(this);
    }
}
