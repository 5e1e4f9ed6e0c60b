package org.rebind.codegen;

import java.util.LinkedHashMap;
import java.util.Map;
import org.rebind.DType;
import org.rebind.codegen.ir.Fn;

/**
 * A C-like language as data: names of types, qualifiers, functions and ids. A new one starts from {@link Dialects} by
 * {@link #with}. Immutable.
 *
 * @param name as in {@link org.rebind.KernelSource#language}
 * @param style what surrounds the statements
 * @param types names of register types
 * @param memory names of the element types of buffers
 * @param functions templates with {@code $1}, {@code $2}, ... by {@code FN} or {@code FN.dtype} (of the first operand),
 *     {@code CAST.from.to}, {@code LOAD.dtype} ($1 array, $2 index), {@code STORE.dtype} ($1, $2, $3 value),
 *     {@code LANES.dtype} (the elements of the block of neighbours $1), {@code SHUFFLE} (what the thread of the warp whose
 *     number differs in the bit $2 has in $1; without it groups combine in shared memory alone),
 *     {@code BLOCK.FN.dtype} (no template: the name of a function of an array and n that applies FN to its first n elements). A template that is no
 *     call, name or operand must be put in parentheses or be an operator {@code $1 op $2}
 * @param helpers source of functions that templates call, by name; printed only where called
 * @param words other words by key, see {@link Dialects}
 */
public record Dialect(String name, Style style, Map<DType, String> types, Map<DType, String> memory,
        Map<String, String> functions, Map<String, String> helpers, Map<String, String> words) {
    /** What surrounds the statements and how loops of kind LANES are printed. */
    public enum Style { JAVA, JAVA_VECTOR, C }

    public Dialect {
        types = Map.copyOf(types);
        memory = Map.copyOf(memory);
        functions = Map.copyOf(functions);
        helpers = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(helpers));
        words = Map.copyOf(words);
    }

    /** The template of a function, null if there is none. @param type of the first operand */
    public String function(Fn fn, DType type) {
        String typed = functions.get(fn + "." + type);
        return typed != null ? typed : functions.get(fn.name());
    }

    /** A word; @throws CodegenException if the dialect lacks it */
    public String word(String key) {
        String word = words.get(key);
        if (word == null) {
            throw new CodegenException("dialect " + name + " has no word '" + key + "'; give it one with Dialect.with");
        }
        return word;
    }

    /** This dialect with some functions replaced or added. */
    public Dialect with(Map<String, String> moreFunctions, Map<String, String> moreHelpers,
            Map<String, String> moreWords) {
        return new Dialect(name, style, types, memory, merge(functions, moreFunctions), merge(helpers, moreHelpers),
                merge(words, moreWords));
    }

    /** This dialect under another name and style. */
    public Dialect named(String otherName, Style otherStyle) {
        return new Dialect(otherName, otherStyle, types, memory, functions, helpers, words);
    }

    private static Map<String, String> merge(Map<String, String> a, Map<String, String> b) {
        Map<String, String> m = new LinkedHashMap<>(a);
        m.putAll(b);
        return m;
    }
}
