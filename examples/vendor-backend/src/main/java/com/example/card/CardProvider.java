package com.example.card;

import java.util.List;
import org.rebind.backend.BackendProvider;
import org.rebind.backend.Discovery;

/** Finds the card; a real one would test it here, and decline with a reason if it does not work. */
public final class CardProvider implements BackendProvider {
    @Override
    public String name() {
        return "card";
    }

    @Override
    public Discovery discover() {
        return new Discovery(List.of(new CardBackend(new Card(256 << 20))), List.of());
    }
}
