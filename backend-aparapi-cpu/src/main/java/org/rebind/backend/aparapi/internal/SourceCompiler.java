package org.rebind.backend.aparapi.internal;

import java.io.StringReader;
import java.lang.ref.SoftReference;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.codehaus.commons.compiler.CompileException;
import org.codehaus.janino.ClassLoaderIClassLoader;
import org.codehaus.janino.Parser;
import org.codehaus.janino.Scanner;
import org.codehaus.janino.UnitCompiler;
import org.codehaus.janino.util.ClassFile;
import org.rebind.backend.BackendException;

/**
 * Java source to classes, by Janino. Each call makes a class loader of its own, so that the classes go with their
 * executable. Thread-safe.
 */
final class SourceCompiler {
    /** Compilations after which what Janino knows is forgotten: it keeps every name that it ever looked for and did not find. */
    private static final int USES = 200;

    private final ClassLoader parent;
    /** What a compilation found out about the classes that code uses, which takes it longer than the code; null while one has it. */
    private final AtomicReference<SoftReference<Known>> idle = new AtomicReference<>();

    /** Classes Janino resolves against, by a loader that never defines what is being compiled. Not thread-safe. */
    private static final class Known {
        private final ClassLoaderIClassLoader classes;
        private int uses;

        Known(ClassLoader parent) {
            classes = new ClassLoaderIClassLoader(new KernelLoader(Map.of(), parent));
        }
    }

    /** @param parent sees what generated code names: org.rebind.codegen */
    SourceCompiler(ClassLoader parent) {
        this.parent = parent;
    }

    /**
     * Compiles compilation units of one top-level class each.
     *
     * @param sources by fully qualified class name
     * @throws BackendException of kind COMPILE with the source's line
     */
    ClassLoader compile(Map<String, String> sources) {
        Map<String, byte[]> classes = new HashMap<>();
        KernelLoader loader = new KernelLoader(classes, parent);
        SoftReference<Known> last = idle.getAndSet(null);
        Known known = last == null ? null : last.get();
        if (known == null || known.uses++ == USES) {
            known = new Known(parent);
        }
        for (Map.Entry<String, String> e : sources.entrySet()) {
            try {
                Scanner scanner = new Scanner(e.getKey(), new StringReader(e.getValue()));
                UnitCompiler unit = new UnitCompiler(new Parser(scanner).parseAbstractCompilationUnit(), known.classes);
                unit.setTargetVersion(8);
                unit.compileUnit(false, true, false, (ClassFile c) -> classes.put(c.getThisClassName(), c.toByteArray()));
            } catch (CompileException | java.io.IOException | RuntimeException | LinkageError x) {
                throw new BackendException(BackendException.Kind.COMPILE, "generated class " + e.getKey()
                        + " does not compile: " + x.getMessage() + around(e.getValue(), x.getMessage()), x);
            }
        }
        idle.set(new SoftReference<>(known)); // not after a failure, whatever it left there
        return loader;
    }

    /** The lines near the one the message names. */
    private static String around(String source, String message) {
        Matcher m = Pattern.compile("Line (\\d+)").matcher(String.valueOf(message));
        if (!m.find()) {
            return "";
        }
        int line = Integer.parseInt(m.group(1));
        return "; the source there is\n" + source.lines().skip(Math.max(0, line - 4)).limit(7)
                .collect(Collectors.joining("\n"));
    }
}
