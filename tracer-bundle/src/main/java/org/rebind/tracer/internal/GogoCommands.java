package org.rebind.tracer.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.rebind.ArgumentException;
import org.rebind.BackendStatus;
import org.rebind.CompilationStats;
import org.rebind.CompiledFunction;
import org.rebind.Compiler;
import org.rebind.Explanation;

/**
 * The shell commands {@code rebind:backends}, {@code rebind:functions}, {@code rebind:explain} and {@code rebind:clear}.
 * Gogo finds them by service properties alone, so nothing of it is imported; each returns the text the shell prints.
 */
@Component(service = GogoCommands.class, property = {"osgi.command.scope=rebind", "osgi.command.function=backends",
        "osgi.command.function=functions", "osgi.command.function=explain", "osgi.command.function=clear"})
public final class GogoCommands {
    private final Compiler compiler;

    @Activate
    public GogoCommands(@Reference Compiler compiler) {
        this.compiler = compiler;
    }

    /** The backends there are now, best first, and those that declined. */
    public String backends() {
        List<List<Object>> rows = new ArrayList<>();
        rows.add(List.of("backend", "kind", "ranking", "functions", "health", "device", "version"));
        for (BackendStatus b : compiler.backends()) {
            Object ranking = b.ranking() == Integer.MIN_VALUE ? "last" : b.ranking();
            rows.add(List.of(b.name(), b.kind(), ranking, b.functions(), b.health(), b.device(), b.version()));
        }
        return table(rows) + compiler.declinedBackends().stream().map(d -> d + "\n").collect(Collectors.joining());
    }

    /** Every compiled function: live entries, and what its calls did. */
    public String functions() {
        List<CompiledFunction<?>> functions = compiler.functions();
        if (functions.isEmpty()) {
            return "no compiled function is reachable\n";
        }
        List<List<Object>> rows = new ArrayList<>();
        rows.add(List.of("function", "signatures", "hits", "misses", "fallbacks", "hit rate", "compile ms"));
        for (CompiledFunction<?> f : functions) {
            CompilationStats stats = f.stats();
            rows.add(List.of(f.name(), stats.cacheSize(), stats.hits(), stats.misses(), stats.fallbacks(),
                    String.format(Locale.ROOT, "%.1f%%", stats.hitRate()),
                    String.format(Locale.ROOT, "%.1f", stats.totalCompileTimeMs())));
        }
        return table(rows);
    }

    /** What the live entries of the functions of that name run: graph, backend, kernels with source. */
    public String explain(String name) {
        List<Explanation> found = named(name).stream().flatMap(f -> f.explanations().stream()).toList();
        return found.isEmpty() ? name + ": no live entry; call it first\n"
                : found.stream().map(Explanation::toString).collect(Collectors.joining("\n"));
    }

    /** Drops the entries of all functions. */
    public String clear() {
        return clear(compiler.functions());
    }

    /** Drops the entries of the functions of that name. */
    public String clear(String name) {
        return clear(named(name));
    }

    private static String clear(List<CompiledFunction<?>> functions) {
        int entries = functions.stream().mapToInt(f -> f.stats().cacheSize()).sum();
        functions.forEach(CompiledFunction::clearCache);
        return String.format("%d entries of %d functions dropped%n", entries, functions.size());
    }

    private List<CompiledFunction<?>> named(String name) {
        List<CompiledFunction<?>> all = compiler.functions();
        List<CompiledFunction<?>> found = all.stream().filter(f -> f.name().equals(name)).toList();
        if (found.isEmpty()) {
            String names = all.stream().map(CompiledFunction::name).distinct().sorted().collect(Collectors.joining(", "));
            throw new ArgumentException("name: expected the name of a compiled function, got '" + name + "'; there are "
                    + (names.isEmpty() ? "none yet" : names));
        }
        return found;
    }

    /** Columns as wide as their widest cell, two spaces between. */
    private static String table(List<List<Object>> rows) {
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        rows.forEach(row -> Arrays.setAll(widths, c -> Math.max(widths[c], row.get(c).toString().length())));
        StringBuilder s = new StringBuilder();
        for (List<Object> row : rows) {
            for (int c = 0; c < columns; c++) {
                String cell = row.get(c).toString();
                s.append(cell).append(c + 1 == columns ? "\n" : " ".repeat(widths[c] - cell.length() + 2));
            }
        }
        return s.toString();
    }
}
