package org.rebind.itests.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's first program, compiled and run on a plain class path in a JVM of its own; it prints what the README says. */
class ReadmeTest {
    @TempDir
    Path folder;

    @Test
    void theFirstProgramPrintsWhatTheReadmeSays() throws Exception {
        String readme = Files.readString(Path.of(System.getProperty("rebind.root"), "README.md"));
        Path source = Files.writeString(folder.resolve("First.java"), block(readme, "java"));
        compile(source);

        Path output = folder.resolve("output");
        Process java = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                folder + System.getProperty("path.separator") + classPath(), "First")
                .redirectOutput(output.toFile()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        assertTrue(java.waitFor(120, TimeUnit.SECONDS), "the program did not end");
        assertEquals(0, java.exitValue());
        assertEquals(block(readme, "text").strip(), Files.readString(output).strip());
    }

    private void compile(Path source) throws IOException {
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = javac.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            boolean good = javac.getTask(messages, files, null, java.util.List.of("-cp", classPath(), "-d",
                    folder.toString(), "--release", "17"), null, files.getJavaFileObjects(source)).call();
            assertTrue(good, messages.toString());
        }
    }

    /** What README tells users to put there. */
    private static String classPath() {
        StringBuilder path = new StringBuilder();
        for (String module : new String[] {"api-bundle", "tracer-bundle", "cache-bundle", "codegen-bundle",
                "backend-aparapi-cpu", "bindings/bytedeco-bindings", "bindings/dnnl-bindings",
                "bindings/aparapi-bindings"}) {
            path.append(path.length() == 0 ? "" : System.getProperty("path.separator")).append(Modules.jar(module));
        }
        return path.toString();
    }

    private static String block(String markdown, String language) {
        Matcher m = Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(markdown);
        assertTrue(m.find(), "README.md has no " + language + " block");
        return m.group(1);
    }
}
