using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Orchestrator.EngineIo;

/// <summary>Makes the body of a poll's answer from frames.</summary>
internal static class PollEncoder
{
    private const byte Separator = 0x1e;
    private const byte LengthEnd = 0xff;

    /// <summary>Version 4: packets between separators, binary ones in base64.</summary>
    public static void WriteFour(IBufferWriter<byte> body, ReadOnlySpan<byte> frames)
    {
        for (var isFirst = true; !frames.IsEmpty; isFirst = false)
        {
            var content = Frames.Take(ref frames, out var kind);
            if (!isFirst)
            {
                body.Write([Separator]);
            }

            if (kind == FrameKind.Binary)
            {
                body.Write("b"u8);
                WriteBase64(body, content);
                continue;
            }

            body.Write(content);
        }
    }

    /// <summary>Version 3 in text: each packet after its length in characters, binary ones in base64.</summary>
    public static void WriteThree(IBufferWriter<byte> body, ReadOnlySpan<byte> frames)
    {
        while (!frames.IsEmpty)
        {
            var content = Frames.Take(ref frames, out var kind);
            if (kind == FrameKind.Text)
            {
                WriteLength(body, Encoding.UTF8.GetCharCount(content));
                body.Write(content);
                continue;
            }

            // The type, which is a byte there, is a digit here.
            WriteLength(body, 2 + Base64.GetMaxEncodedToUtf8Length(content.Length - 1));
            body.Write("b4"u8);
            WriteBase64(body, content[1..]);
        }
    }

    /// <summary>Version 3 in bytes: each packet after its kind and its length in bytes, a digit a byte.</summary>
    public static void WriteThreeInBytes(IBufferWriter<byte> body, ReadOnlySpan<byte> frames)
    {
        while (!frames.IsEmpty)
        {
            var content = Frames.Take(ref frames, out var kind);
            body.Write([kind == FrameKind.Text ? (byte)0 : (byte)1]);
            foreach (var digit in content.Length.ToString(CultureInfo.InvariantCulture))
            {
                body.Write([(byte)(digit - '0')]);
            }

            body.Write([LengthEnd]);
            body.Write(content);
        }
    }

    /// <summary>Whether one of the frames is binary.</summary>
    public static bool HasBinary(ReadOnlySpan<byte> frames)
    {
        while (!frames.IsEmpty)
        {
            Frames.Take(ref frames, out var kind);
            if (kind == FrameKind.Binary)
            {
                return true;
            }
        }

        return false;
    }

    private static void WriteLength(IBufferWriter<byte> body, int length) => body.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{length}:")));

    private static void WriteBase64(IBufferWriter<byte> body, ReadOnlySpan<byte> bytes)
    {
        var text = body.GetSpan(Math.Max(1, Base64.GetMaxEncodedToUtf8Length(bytes.Length)));
        Base64.EncodeToUtf8(bytes, text, out _, out var written);
        body.Advance(written);
    }
}
