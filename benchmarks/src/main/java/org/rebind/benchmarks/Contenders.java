package org.rebind.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.rebind.benchmarks.workload.Workload;

/**
 * All contenders by name. Peers are there when the system property {@code rebind.peers} names a folder with one folder of jars
 * a peer, which the Maven profile {@code peers} fills; several folders are separated as on a class path.
 */
public final class Contenders {
    /** The folders of the peers. */
    static final String FOLDERS = "rebind.peers";
    private static final List<Peer> PEERS = List.of(
            new Peer("onnxruntime", "peer-onnxruntime", "ONNX Runtime %s", "onnxruntime-"),
            new Peer("tensorflow", "peer-tensorflow", "TensorFlow Java %s, session", "tensorflow-core-api-"),
            new Peer("tensorflow-xla", "peer-tensorflow", "TensorFlow Java %s, XLA", "tensorflow-core-api-"),
            new Peer("pytorch", "peer-djl", "DJL %s with PyTorch", "pytorch-engine-"),
            new Peer("nd4j", "peer-nd4j", "ND4J %s", "nd4j-api-"));
    private static final Map<String, String> TITLES = Map.of("copy", "parallel copy", "onednn", "oneDNN sgemm, called directly",
            "scalar", "plain Java, 1 thread", "vector", "by hand, Vector API, 1 thread", "parallel",
            "by hand, Vector API + ForkJoin", "eager", "Rebind, eager", "rebind", "Rebind, compiled", "rebind-plain",
            "Rebind, compiled, no vector module");
    private static final List<Contender> OURS = List.of(LimitContender.COPY, LimitContender.ONEDNN, HandContender.SCALAR,
            HandContender.VECTOR, HandContender.PARALLEL, RebindContender.EAGER, RebindContender.REBIND);

    /** A contender that is not ours: the folder of its jars, its title, and the jar whose version is its own. */
    private record Peer(String name, String folder, String title, String jar) {
    }

    private Contenders() {
    }

    /** @throws IllegalArgumentException if there is none of that name, or its peer was not built */
    public static Contender of(String name) {
        for (Contender c : OURS) {
            if (c.name().equals(name)) {
                return c;
            }
        }
        Path folder = PEERS.stream().filter(p -> p.name.equals(name)).map(p -> folder(p.folder)).findFirst().orElse(null);
        if (folder == null) {
            throw new IllegalArgumentException("contender: expected one of " + names() + ", got " + name);
        }
        ClassLoader loader = new PeerLoader(jars(folder), Contenders.class.getClassLoader());
        Thread.currentThread().setContextClassLoader(loader); // libraries look their natives up through it
        for (Contender c : ServiceLoader.load(Contender.class, loader)) {
            if (c.name().equals(name)) {
                return c;
            }
        }
        throw new IllegalArgumentException("contender: " + folder + " has no contender named " + name);
    }

    /**
     * Lets a contender compute a workload twice and checks both results; the second call is the first that only looks up what
     * the first one made.
     *
     * @throws IllegalStateException if a result is wrong
     */
    public static void check(String name, Contender.Prepared prepared, Workload workload) {
        for (int i = 0; i < 2; i++) {
            Object result = prepared.call();
            float[][] got = prepared.read(result);
            if (got != null) {
                workload.check(name, got);
            }
            prepared.release(result);
        }
    }

    /** The names of the peers that were built. */
    public static List<String> peers() {
        return PEERS.stream().filter(p -> folder(p.folder) != null).map(Peer::name).toList();
    }

    /** A contender for people, with its version. */
    static String title(String name) {
        for (Peer peer : PEERS) {
            Path folder = peer.name.equals(name) ? folder(peer.folder) : null;
            if (folder != null) {
                return String.format(Locale.ROOT, peer.title, version(folder, peer.jar));
            }
        }
        return TITLES.getOrDefault(name, name);
    }

    private static String version(Path folder, String jar) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).filter(f -> f.startsWith(jar) && f.endsWith(".jar"))
                    .map(f -> f.substring(jar.length(), f.length() - 4)).findFirst().orElse("of unknown version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<String> names() {
        List<String> names = new ArrayList<>(OURS.stream().map(Contender::name).toList());
        names.addAll(peers());
        return names;
    }

    private static Path folder(String peer) {
        String folders = System.getProperty(FOLDERS, "");
        for (String root : folders.split(java.io.File.pathSeparator)) {
            Path folder = Path.of(root, peer);
            if (!root.isEmpty() && Files.isDirectory(folder)) {
                return folder;
            }
        }
        return null;
    }

    private static URL[] jars(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            List<URL> urls = new ArrayList<>();
            for (Path jar : files.filter(f -> f.toString().toLowerCase(Locale.ROOT).endsWith(".jar")).sorted().toList()) {
                urls.add(jar.toUri().toURL());
            }
            return urls.toArray(URL[]::new);
        } catch (MalformedURLException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
