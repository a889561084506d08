using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Tests;

/// <summary>A Socket.IO packet from the server: an event, or an acknowledgement.</summary>
internal sealed class Packet
{
    private readonly JsonElement[] _all;

    public Packet(string text, IReadOnlyList<byte[]> attachments)
    {
        (Text, Attachments) = (text, attachments);
        var array = text.IndexOf('[', StringComparison.Ordinal);
        _all = [.. JsonElement.Parse(text[array..]).EnumerateArray()];
        var head = text[2..array];
        AckId = text[1] is '3' or '6' ? long.Parse(head[(head.IndexOf('-', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture) : null;
    }

    /// <summary>As it came.</summary>
    public string Text { get; }

    public IReadOnlyList<byte[]> Attachments { get; }

    /// <summary>The number that it acknowledges; null for an event.</summary>
    public long? AckId { get; }

    /// <summary>The event's name; null for an acknowledgement.</summary>
    public string? Name => AckId is null ? _all[0].GetString() : null;

    /// <summary>What was said: the arguments of an event or of an acknowledgement.</summary>
    public IReadOnlyList<JsonElement> Arguments => AckId is null ? _all[1..] : _all;

    public int Error => Arguments[0].GetProperty("error").GetInt32();

    public JsonElement Body => Arguments[0].GetProperty("body");

    /// <summary>Of a SessionUpdated: which one.</summary>
    public string? EventId => Name == "SessionUpdated" ? Arguments[0].Text("eventId") : null;

    public Packet Ok() => Error == 0 ? this : throw new InvalidOperationException($"Refused: {Text}");
}
