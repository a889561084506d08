using System.Text.Json.Serialization;
using Orchestrator.Delivery;

namespace Orchestrator.Api;

/// <summary>The answer to a command on our own wires. Every command gets one.</summary>
/// <param name="Error">0, or the number of the refusal.</param>
/// <param name="Code">"ok", or the name of the refusal.</param>
/// <param name="Message">A sentence for a person.</param>
/// <param name="Retry">The same command may succeed a little later.</param>
/// <param name="Body">What was asked for.</param>
/// <param name="At">The place after which this answer stands: events of that source up to it come before, the others after.</param>
public sealed record Reply<T>(int Error, string Code, string Message, bool Retry, T? Body, Place? At);

/// <summary>A place in what a source has published, as clients see it.</summary>
/// <param name="Source">The session's id.</param>
/// <param name="Prev">A stamp may be given as it came; this part of it is not used.</param>
public sealed record Place(string Source, long Epoch, long Seq, long? Prev = null)
{
    public static Place Of(string source, Position at) => new(source, at.Epoch, at.Seq);

    [JsonIgnore]
    public Position Position => new(Epoch, Seq);
}

/// <summary>What a handler answers: a body, and where it stands.</summary>
public sealed record Answer<T>(T Body, Place? At = null)
{
    public Reply<T> ToReply() => new(0, "ok", "OK", false, Body, At);
}

/// <summary>A body with nothing in it.</summary>
public sealed record Nothing
{
    public static Answer<Nothing> Answer { get; } = new(new Nothing());
}

/// <summary>Turns refusals and faults into answers; the only place that does.</summary>
public static class Replies
{
    public static Reply<T> Of<T>(Refusal refusal) =>
        new((int)refusal.Code, NameOf(refusal.Code), refusal.Message, refusal.IsTemporary, default, null);

    /// <summary>The code's name as clients see it.</summary>
    public static string NameOf(RefusalCode code) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(code.ToString());
}
