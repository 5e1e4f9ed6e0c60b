package org.rebind.codegen;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Compiled programs in a folder, one file each, named by the hash of everything that changes the code: source, options,
 * device and driver. A file holds a magic number, that hash, and the binary's own hash before the binary, so that a
 * torn, damaged or misplaced file is noticed and deleted. Written beside and moved into place, so that several
 * processes may share the folder. A cache that cannot be read or written costs time, never correctness. Thread-safe.
 */
public final class BinaryCache {
    private static final System.Logger LOG = System.getLogger(BinaryCache.class.getName());
    private static final long MAGIC = 0x5245424e434c3031L; // "REBNCL01": the last digits are the format's version
    private static final int HASH_BYTES = 32;

    private final Path folder;

    /** @param folder made when first written; null for no cache */
    public BinaryCache(Path folder) {
        this.folder = folder;
    }

    /** The key of a program: the hash, in hexadecimal, of everything that changes its code, part by part. */
    public static String key(String... parts) {
        MessageDigest d = sha256();
        for (String part : parts) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            d.update(ByteBuffer.allocate(4).putInt(bytes.length).array()); // so that parts cannot run together
            d.update(bytes);
        }
        return HexFormat.of().formatHex(d.digest());
    }

    /** The binary stored under a key, null if there is none that is sound. */
    public byte[] load(String key) {
        if (folder == null) {
            return null;
        }
        Path file = file(key);
        try {
            byte[] binary = check(Files.readAllBytes(file), key);
            if (binary == null) {
                LOG.log(Level.DEBUG, "compiled program {0} is damaged; compiling it anew", file);
                Files.deleteIfExists(file);
            }
            return binary;
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException | UncheckedIOException e) {
            LOG.log(Level.DEBUG, "compiled program " + file + " cannot be read", e);
            return null;
        }
    }

    private static byte[] check(byte[] content, String key) {
        ByteBuffer b = ByteBuffer.wrap(content);
        if (content.length < 8 + 2 * HASH_BYTES || b.getLong() != MAGIC) {
            return null;
        }
        byte[] storedKey = new byte[HASH_BYTES];
        byte[] storedHash = new byte[HASH_BYTES];
        b.get(storedKey).get(storedHash);
        byte[] binary = Arrays.copyOfRange(content, b.position(), content.length);
        return HexFormat.of().formatHex(storedKey).equals(key) && Arrays.equals(storedHash, sha256().digest(binary))
                ? binary : null;
    }

    /** Stores a binary, replacing what is there. */
    public void store(String key, byte[] binary) {
        if (folder == null) {
            return;
        }
        try {
            Files.createDirectories(folder);
            Path beside = Files.createTempFile(folder, key.substring(0, 8), ".tmp");
            try {
                Files.write(beside, ByteBuffer.allocate(8 + 2 * HASH_BYTES + binary.length).putLong(MAGIC)
                        .put(HexFormat.of().parseHex(key)).put(sha256().digest(binary)).put(binary).array());
                move(beside, file(key));
            } finally {
                Files.deleteIfExists(beside);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.log(Level.DEBUG, "compiled program cannot be stored in " + folder, e);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING); // a torn file fails its hash
        }
    }

    /** Deletes the binary a driver refused. */
    public void discard(String key) {
        try {
            if (folder != null) {
                Files.deleteIfExists(file(key));
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "stale program " + file(key) + " cannot be deleted", e);
        }
    }

    private Path file(String key) {
        return folder.resolve(key + ".bin");
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
