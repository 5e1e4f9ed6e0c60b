import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Lets shared libraries that were linked on a new Linux load on an older one. glibc 2.34 took libdl and libpthread into
 * libc and gave their functions new versions, which nothing but the linking asks for: the same functions have been there as
 * GLIBC_2.2.5 ever since x86-64, and still are. So where a library wants GLIBC_2.34 for these alone, its table of wanted
 * versions gets GLIBC_2.2.5 in that place; nothing else in the file changes.
 *
 * <p>{@code java OlderGlibc.java FOLDER} treats every {@code .so} below the folder and says what each asks for afterwards.
 */
public final class OlderGlibc {
    private static final Set<String> MOVED = Set.of("dlopen", "dlsym", "dlclose", "dlerror", "dladdr", "pthread_once",
            "pthread_key_create", "pthread_key_delete", "pthread_getspecific", "pthread_setspecific", "pthread_create",
            "pthread_join", "pthread_detach");
    private static final int DYNSYM = 11;
    private static final int VERSYM = 0x6fffffff;
    private static final int VERNEED = 0x6ffffffe;

    private final ByteBuffer elf;
    private int symbols;
    private int symbolCount;
    private int symbolNames;
    private int versions;
    private int needs;
    private int needCount;
    private int needNames;

    private OlderGlibc(byte[] bytes) {
        elf = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int headers = (int) elf.getLong(0x28);
        int size = elf.getShort(0x3a);
        for (int i = 0; i < elf.getShort(0x3c); i++) {
            int h = headers + i * size;
            int at = (int) elf.getLong(h + 0x18);
            int names = (int) elf.getLong(headers + elf.getInt(h + 0x28) * size + 0x18);
            switch (elf.getInt(h + 4)) {
                case DYNSYM -> {
                    symbols = at;
                    symbolCount = (int) (elf.getLong(h + 0x20) / 24);
                    symbolNames = names;
                }
                case VERSYM -> versions = at;
                case VERNEED -> {
                    needs = at;
                    needCount = elf.getInt(h + 0x2c);
                    needNames = names;
                }
                default -> { }
            }
        }
    }

    public static void main(String[] args) throws IOException {
        if (args.length != 1) {
            throw new IllegalArgumentException("usage: java OlderGlibc.java FOLDER");
        }
        List<Path> libraries;
        try (Stream<Path> all = Files.walk(Path.of(args[0]))) {
            libraries = all.filter(p -> p.getFileName().toString().matches(".*\\.so(\\..*)?") && Files.isRegularFile(p)).sorted()
                    .toList();
        }
        for (Path p : libraries) {
            byte[] bytes = Files.readAllBytes(p);
            if (bytes.length < 64 || bytes[0] != 0x7f || bytes[4] != 2 || bytes[5] != 1 || bytes[18] != 62) {
                continue; // no library of 64-bit x86
            }
            OlderGlibc library = new OlderGlibc(bytes);
            if (library.relax()) {
                Files.write(p, bytes);
            }
            System.out.println(p.getFileName() + " asks for glibc " + library.wanted());
        }
    }

    private String text(int at) {
        int end = at;
        while (elf.get(end) != 0) {
            end++;
        }
        return new String(elf.array(), at, end - at, StandardCharsets.ISO_8859_1);
    }

    /** Places of the entries about libc. */
    private List<Integer> entries() {
        List<Integer> entries = new ArrayList<>();
        int need = needs;
        for (int i = 0; i < needCount; i++) {
            if (text(needNames + elf.getInt(need + 4)).equals("libc.so.6")) {
                int entry = need + elf.getInt(need + 8);
                for (int k = 0; k < elf.getShort(need + 2); k++) {
                    entries.add(entry);
                    entry += elf.getInt(entry + 12);
                }
            }
            need += elf.getInt(need + 12);
        }
        return entries;
    }

    private String version(int entry) {
        return text(needNames + elf.getInt(entry + 8));
    }

    private Set<String> users(int entry) {
        Set<String> users = new TreeSet<>();
        for (int s = 0; s < symbolCount; s++) {
            if ((elf.getShort(versions + 2 * s) & 0x7fff) == elf.getShort(entry + 6)) {
                users.add(text(symbolNames + elf.getInt(symbols + 24 * s)));
            }
        }
        return users;
    }

    private boolean relax() {
        List<Integer> entries = entries();
        int old = entries.stream().filter(e -> version(e).equals("GLIBC_2.2.5")).findFirst().orElse(-1);
        boolean changed = false;
        for (int e : entries) {
            if (old >= 0 && version(e).equals("GLIBC_2.34") && MOVED.containsAll(users(e))) {
                elf.putInt(e, elf.getInt(old));
                elf.putInt(e + 8, elf.getInt(old + 8));
                changed = true;
            }
        }
        return changed;
    }

    /** The newest version, and what wants it. */
    private String wanted() {
        int newest = 0;
        String why = "";
        for (int e : entries()) {
            String v = version(e);
            if (v.matches("GLIBC_2\\.\\d+(\\..*)?")) {
                int minor = Integer.parseInt(v.split("\\.")[1]);
                if (minor > newest) {
                    newest = minor;
                    why = String.join(", ", users(e));
                }
            }
        }
        return "2." + newest + " (" + why + ")";
    }
}
