using System.Buffers;
using System.Text;
using System.Text.Json;
using Orchestrator.EngineIo;

namespace Orchestrator.SocketIo;

/// <summary>What a client is told when it wants to enter a namespace, as packets ready to be sent.</summary>
internal static class EntryAnswers
{
    /// <summary>It is in.</summary>
    public static byte[] Entered(EngineIoVersion version, string @namespace, string id) =>
        Packet('0', @namespace, version == EngineIoVersion.Four ? JsonSerializer.Serialize(new { sid = id }, Json.Wire) : "");

    /// <summary>It is not; a client of Socket.IO 2 is told the sentence alone.</summary>
    public static byte[] Refused(EngineIoVersion version, string @namespace, Refusal refusal) =>
        Packet('4', @namespace, version == EngineIoVersion.Four
            ? JsonSerializer.Serialize(new { message = refusal.Message, data = new { code = (int)refusal.Code } }, Json.Wire)
            : JsonSerializer.Serialize(refusal.Message, Json.Wire));

    private static byte[] Packet(char type, string @namespace, string json)
    {
        // What stands alone after a namespace needs no comma.
        var head = @namespace == "/" ? "" : json.Length == 0 ? @namespace : @namespace + ',';
        var frames = new ArrayBufferWriter<byte>();
        Frames.WriteText(frames, Encoding.UTF8.GetBytes(type + head), Encoding.UTF8.GetBytes(json));
        return frames.WrittenSpan.ToArray();
    }
}
