package org.rebind.tracer.internal.dispatch;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** The live entries of a function, in order of their hashes; immutable, replaced as a whole. */
final class Table {
    static final Table EMPTY = new Table(new int[0], new Entry[0]);

    private final int[] hashes;
    private final Entry[] entries;

    private Table(int[] hashes, Entry[] entries) {
        this.hashes = hashes;
        this.entries = entries;
    }

    int size() {
        return entries.length;
    }

    /** Index of the first entry with this hash, or of the place where it would be. */
    int first(int hash) {
        int low = 0;
        int high = hashes.length;
        while (low < high) {
            int middle = low + high >>> 1;
            if (hashes[middle] < hash) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The entry at an index if it has this hash, else null. */
    Entry at(int index, int hash) {
        return index < hashes.length && hashes[index] == hash ? entries[index] : null;
    }

    Table with(Entry entry) {
        Entry[] more = Arrays.copyOf(entries, entries.length + 1);
        more[entries.length] = entry;
        return of(more);
    }

    Table without(Entry entry) {
        return of(Arrays.stream(entries).filter(e -> e != entry).toArray(Entry[]::new));
    }

    private static Table of(Entry[] entries) {
        Arrays.sort(entries, Comparator.comparingInt(e -> e.hash));
        return new Table(Arrays.stream(entries).mapToInt(e -> e.hash).toArray(), entries);
    }

    /** Least recently used first. */
    List<Entry> byUse() {
        record Used(Entry entry, long time) {
        } // the times go on changing
        return Arrays.stream(entries).map(e -> new Used(e, e.uses.lastUsed())).sorted(Comparator.comparingLong(Used::time))
                .map(Used::entry).toList();
    }
}
