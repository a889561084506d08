using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>The place of an event, as the server stamps it.</summary>
public sealed record HubStamp(string Source, long Epoch, long Seq, long Prev);

/// <summary>The place after which a reply stands.</summary>
public sealed record HubPlace(string Source, long Epoch, long Seq);

/// <summary>Something that came over the socket.</summary>
/// <param name="Order">Counts what came over this connection.</param>
public abstract record HubArrival(int Order);

/// <summary>The server called a method of the client.</summary>
public sealed record HubEvent(int Order, string Name, JsonElement Data, HubStamp? Stamp) : HubArrival(Order)
{
    /// <summary>What a SessionUpdated says, otherwise the name of the event.</summary>
    public string Kind => Name == "SessionUpdated" ? Data.Text("eventId") : Name;

    /// <summary>The user of a SessionUpdated.</summary>
    public string? User => Data.TryGetProperty("eventData", out var data) ? data.GetProperty("userId").GetString() : null;

    /// <summary>The place to resume from after this event.</summary>
    public HubPlace Place => new(Stamp!.Source, Stamp.Epoch, Stamp.Seq);

    public override string ToString() => $"{Kind} {Data} @{Stamp?.Epoch}:{Stamp?.Seq}";
}

/// <summary>The answer to a call.</summary>
/// <param name="HubError">What SignalR itself says instead of an answer; never, if the server is right.</param>
public sealed record HubReply(int Order, string Command, HubAnswer? Answer, string? HubError) : HubArrival(Order)
{
    public int Error => Demanded.Error;

    public string Code => Demanded.Code;

    public string Message => Demanded.Message;

    public JsonElement Body => Demanded.Body;

    public HubPlace? At => Demanded.At;

    private HubAnswer Demanded => Answer ?? throw new InvalidOperationException($"{Command} was answered by SignalR: {HubError}");

    /// <summary>Itself, if the command was done.</summary>
    public HubReply Ok() => Error == 0 ? this : throw new InvalidOperationException($"{Command} was refused: {Error} {Message}");

    public override string ToString() => $"{Command} -> {Answer?.Error.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? HubError} {Answer?.Message} @{Answer?.At}";
}

/// <summary>What every command is answered with.</summary>
public sealed record HubAnswer(int Error, string Code, string Message, bool Retry, JsonElement Body, HubPlace? At);

/// <summary>Short ways into JSON.</summary>
public static class JsonReading
{
    public static string Text(this JsonElement json, string name) => json.GetProperty(name).GetString()!;

    public static string[] Texts(this JsonElement json, string name) => [.. json.GetProperty(name).EnumerateArray().Select(e => e.GetString()!)];
}
