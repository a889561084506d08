using System.Globalization;
using Orchestrator.Connections;

namespace Orchestrator.EngineIo;

/// <summary>Why we end a connection, as its client is told: the status and the reason of a WebSocket's close frame.</summary>
/// <param name="Reason">A sentence for a person, of at most 123 bytes.</param>
public sealed record Ending(int Status, string Reason)
{
    /// <summary>Nothing is wrong; the client wanted it.</summary>
    public static Ending Normal { get; } = new(1000, "");

    /// <summary>It sent nothing, not even a sign of life.</summary>
    public static Ending Silence { get; } = new(1008, "Nothing was heard from the client for too long.");

    /// <summary>A fault on our side; the log has it.</summary>
    public static Ending Fault { get; } = new(1011, "Something went wrong on our side; it is logged.");

    /// <summary>The client sent what is none of the protocol.</summary>
    public static Ending Protocol(string sentence) => new(1002, sentence);

    /// <summary>The client sent more than is allowed.</summary>
    public static Ending TooLarge(string what, int bytesMax) =>
        new(1009, string.Create(CultureInfo.InvariantCulture, $"{what} may have at most {bytesMax} bytes."));

    public static Ending Of(CloseCode code) => new((int)code, code.ToString());
}
