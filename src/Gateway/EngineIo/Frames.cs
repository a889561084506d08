using System.Buffers;
using Orchestrator.WebSockets;

namespace Orchestrator.EngineIo;

/// <summary>
/// Engine.IO messages as a WebSocket carries them from the server: whole, unmasked frames (RFC 6455). What waits for a connection is made of them, whatever its
/// transport: a socket takes them as they are, a poll takes them apart again.
/// </summary>
public static class Frames
{
    private const byte Message = (byte)'4';
    private const byte BinaryMessage = 4;

    /// <summary>A text message, of the Engine.IO type "message", in two parts.</summary>
    public static void WriteText(IBufferWriter<byte> output, ReadOnlySpan<byte> head, ReadOnlySpan<byte> rest)
    {
        WriteHeader(output, FrameHeader.Text, 1 + head.Length + rest.Length);
        output.Write([Message]);
        output.Write(head);
        output.Write(rest);
    }

    /// <summary>A packet of another type than "message": its digit, and what belongs to it.</summary>
    public static byte[] Packet(ReadOnlySpan<byte> packet)
    {
        var frame = FrameHeader.Frame(FrameHeader.Text, packet.Length, out var content);
        packet.CopyTo(content);
        return frame;
    }

    /// <summary>A binary message.</summary>
    public static void WriteBinary(IBufferWriter<byte> output, EngineIoVersion version, ReadOnlySpan<byte> bytes)
    {
        var isTyped = version == EngineIoVersion.Three;
        WriteHeader(output, FrameHeader.Binary, bytes.Length + (isTyped ? 1 : 0));
        if (isTyped)
        {
            output.Write([BinaryMessage]);
        }

        output.Write(bytes);
    }

    /// <summary>Takes the first frame off frames that were written here, and gives what it carries.</summary>
    public static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> frames, out FrameKind kind)
    {
        kind = frames[0] == FrameHeader.Text ? FrameKind.Text : FrameKind.Binary;
        var (at, length) = (FrameHeader.LengthOf(frames), FrameHeader.ContentLengthOf(frames));
        var content = frames.Slice(at, length);
        frames = frames[(at + length)..];
        return content;
    }

    private static void WriteHeader(IBufferWriter<byte> output, byte kind, int length) =>
        output.Advance(FrameHeader.Write(output.GetSpan(FrameHeader.LengthMax), kind, length));
}

/// <summary>What a frame carries.</summary>
public enum FrameKind
{
    Text,
    Binary,
}
