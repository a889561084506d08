using System.Collections.Immutable;
using System.Text.Json;

namespace Orchestrator.Delivery;

/// <summary>The replies that a grain remembers, bounded in number. Whoever has most of them loses its oldest first, so that nobody makes others' keys forgotten.</summary>
internal sealed class KeyedReplies(int max)
{
    private Dictionary<CommandKey, KeyedReply>? _byKey;

    public ImmutableArray<KeyedReply> All { get; private set; } = [];

    public void Load(ImmutableArray<KeyedReply> replies)
    {
        All = replies;
        _byKey = replies.IsEmpty ? null : replies.ToDictionary(static r => r.Key);
    }

    public bool TryRecall<TReply>(CommandKey key, string command, out TReply reply)
    {
        reply = default!;
        if (_byKey is null || !_byKey.TryGetValue(key, out var known))
        {
            return false;
        }

        if (known.Command != command)
        {
            throw new Refusal(RefusalCode.KeyReused, $"The key '{key.Key}' was used for {known.Command}.");
        }

        reply = JsonSerializer.Deserialize<TReply>(known.Json, Json.Store)!;
        return true;
    }

    public void Remember<TReply>(CommandKey key, string command, TReply reply)
    {
        var keyed = new KeyedReply(key, command, JsonSerializer.Serialize(reply, Json.Store));
        (_byKey ??= []).Add(key, keyed);
        All = All.Add(keyed);
        if (All.Length > max)
        {
            Forget();
        }
    }

    private void Forget()
    {
        var owner = All.CountBy(r => r.Key.Owner).MaxBy(o => o.Value).Key;
        var oldest = All.First(r => r.Key.Owner == owner);
        _byKey!.Remove(oldest.Key);
        All = All.Remove(oldest);
    }
}
