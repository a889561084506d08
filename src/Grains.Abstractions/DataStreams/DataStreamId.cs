using System.Buffers.Text;
using System.Text;
using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.DataStreams;

/// <summary>A stream in the whole orchestrator, and the one codec of its grain's key.</summary>
public readonly record struct DataStreamId(SessionId Session, DataStreamKey Stream)
{
    /// <summary>
    /// The key: the lengths of the two ids, the ids, and the kind as base64, because it is free text and ids may hold any separator there is. It has the characters of an id, and
    /// no more of them than the lengths of its parts make.
    /// </summary>
    public string Key =>
        $"{Session.Value.Length}.{Stream.Owner.Value.Length}.{Session.Value}{Stream.Owner.Value}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Stream.Kind))}";

    /// <summary>The stream of a key that <see cref="Key"/> has made; a fault for anything else.</summary>
    public static DataStreamId Of(string key)
    {
        var parts = key.Split('.', 3);
        var session = Length(parts[0]);
        var rest = parts[2].AsSpan(session);
        var owner = Length(parts[1]);
        var kind = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(rest[(owner + 1)..]));
        return new DataStreamId(new SessionId(parts[2][..session]), new DataStreamKey(new UserId(rest[..owner].ToString()), kind));
    }

    private static int Length(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
