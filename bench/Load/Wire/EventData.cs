using System.Buffers.Text;
using System.Text;

namespace Orchestrator.Load.Wire;

/// <summary>What a scene event of this program carries: when it was sent, by whom, and its number. Fields of fixed width, so that a frame is made once and stamped many times.</summary>
internal static class EventData
{
    /// <summary>The smallest event: its fields, in quotes.</summary>
    public const int BytesMin = FieldsLength + 2;

    private const int TimeAt = 4;
    private const int TimeLength = 16;
    private const int SenderAt = TimeAt + TimeLength + 1;
    private const int SenderLength = 6;
    private const int NumberAt = SenderAt + SenderLength + 1;
    private const int NumberLength = 8;
    private const int FieldsLength = NumberAt + NumberLength + 1;
    private const string Letters = "abcdefghijklmnopqrstuvwxyz";

    private static ReadOnlySpan<byte> Mark => "ob1|"u8;

    /// <summary>A JSON string of this many bytes, its time and number still zero.</summary>
    public static string Template(int sender, int bytes, Random random)
    {
        var text = new StringBuilder("\"ob1|")
            .Append('0', TimeLength).Append('|')
            .Append($"{sender:x6}").Append('|')
            .Append('0', NumberLength).Append('|');
        while (text.Length < bytes - 1)
        {
            text.Append(Letters[random.Next(Letters.Length)]);
        }

        return text.Append('"').ToString();
    }

    public static int Find(ReadOnlySpan<byte> message) => message.IndexOf(Mark);

    public static void Stamp(Span<byte> data, long time, int number)
    {
        Utf8Formatter.TryFormat(time, data[TimeAt..], out _, new('x', TimeLength));
        Utf8Formatter.TryFormat(number, data[NumberAt..], out _, new('x', NumberLength));
    }

    /// <summary>A field that cannot be read is negative.</summary>
    public static (long Time, int Sender, int Number) Read(ReadOnlySpan<byte> data) =>
        (Hex(data.Slice(TimeAt, TimeLength)), (int)Hex(data.Slice(SenderAt, SenderLength)), (int)Hex(data.Slice(NumberAt, NumberLength)));

    private static long Hex(ReadOnlySpan<byte> digits) => Utf8Parser.TryParse(digits, out long value, out _, 'x') ? value : -1;
}
