package org.rebind;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A function that is traced and compiled once per signature and then runs as compiled code, on the best backend that is
 * there at each call. May be called from any number of threads.
 *
 * <p>Arguments and results are pytrees: tensors, records, lists, maps, arrays, optionals, null and registered classes;
 * any other leaf is static, part of the signature by type and value.
 */
@ProviderType
public interface CompiledFunction<R> {
    /**
     * Runs the function on these arguments.
     *
     * @throws SideEffectException with fullgraph, if the function has an effect; it has not happened
     * @throws ArgumentException if an argument cannot be part of a signature, naming its path
     * @throws RuntimeException what the function itself throws, unchanged
     */
    R call(Object... args);

    /** The name given in the options, or one made from the lambda's class and line. */
    String name();

    CompileOptions options();

    /** A consistent snapshot. */
    CompilationStats stats();

    /** The live entries, least recently used first. */
    List<EntryStats> entries();

    /** Why the last misses happened, newest first, up to 32. */
    List<MissReason> misses();

    /**
     * What a call with these arguments runs: compiles it if it has not been compiled yet (which counts as a miss), and
     * does not execute it.
     *
     * @throws SideEffectException with fullgraph, if the function has an effect
     */
    Explanation explain(Object... args);

    /** What each live entry runs, least recently used first. Compiles nothing and counts nothing. */
    List<Explanation> explanations();

    /** Drops all entries; running calls finish. */
    void clearCache();
}
