using System.Runtime.InteropServices;

namespace Orchestrator.Load.Wire;

/// <summary>What the client side needs of Linux to be so light that it does not measure itself.</summary>
internal static partial class Native
{
    public const int In = 1;
    public const int Out = 4;
    public const int Terminate = 15;

    private const int ControlAdd = 1;
    private const int ControlDelete = 2;
    private const int TimerSlack = 29;

    // The kernel packs the structure on x64 only.
    private static readonly bool IsPacked = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    public static int EventBytes { get; } = IsPacked ? 12 : 16;

    private static int DataAt { get; } = IsPacked ? 4 : 8;

    public static int CreatePoll()
    {
        var poll = EpollCreate(0);
        return poll >= 0 ? poll : throw new IOException($"epoll_create1 failed: {Marshal.GetLastPInvokeError()}.");
    }

    public static void Watch(int poll, int socket)
    {
        Span<byte> entry = stackalloc byte[16];
        entry.Clear();
        BitConverter.TryWriteBytes(entry, In);
        BitConverter.TryWriteBytes(entry[DataAt..], socket);
        if (EpollControl(poll, ControlAdd, socket, ref MemoryMarshal.GetReference(entry)) != 0)
        {
            throw new IOException($"epoll_ctl failed: {Marshal.GetLastPInvokeError()}.");
        }
    }

    /// <summary>A socket that is watched no more, or never was, is no error.</summary>
    public static void Unwatch(int poll, int socket)
    {
        Span<byte> entry = stackalloc byte[16];
        entry.Clear();
        _ = EpollControl(poll, ControlDelete, socket, ref MemoryMarshal.GetReference(entry));
    }

    public static int Wait(int poll, Span<byte> events, int milliseconds) =>
        EpollWait(poll, ref MemoryMarshal.GetReference(events), events.Length / EventBytes, milliseconds);

    public static int SocketOf(ReadOnlySpan<byte> events, int index) => BitConverter.ToInt32(events[((index * EventBytes) + DataAt)..]);

    /// <summary>Wakes this thread when it said it would, not up to 50 microseconds later.</summary>
    public static void SleepPrecisely() => _ = Control(TimerSlack, 1, 0, 0, 0);

    /// <summary>User and system time of a process so far; zero when it is not there.</summary>
    public static long CpuNanoseconds(int process) =>
        ClockOf(process, out var clock) == 0 && ClockTime(clock, out var time) == 0 ? (time.Seconds * 1_000_000_000) + time.Nanoseconds : 0;

    public static void Sleep(long nanoseconds)
    {
        var time = new TimeSpec { Seconds = nanoseconds / 1_000_000_000, Nanoseconds = nanoseconds % 1_000_000_000 };
        _ = NanoSleep(ref time, 0);
    }

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "kill")]
    public static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int EpollControl(int poll, int operation, int file, ref byte entry);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int EpollWait(int poll, ref byte events, int eventsMax, int milliseconds);

    [LibraryImport("libc", EntryPoint = "clock_getcpuclockid")]
    private static partial int ClockOf(int process, out int clock);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockTime(int clock, out TimeSpec time);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, ulong value, ulong none1, ulong none2, ulong none3);

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(ref TimeSpec time, nint remaining);

    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
