using System.Buffers.Binary;
using Yadokari.Linux;

namespace Yadokari.Engine.Freeze;

/// <summary>A seccomp filter of a thread: a program in classic BPF that judges each system call (seccomp(2)).</summary>
/// <param name="Program">struct sock_filter, 8 bytes each.</param>
/// <param name="Logs">SECCOMP_FILTER_FLAG_LOG.</param>
public sealed record CallFilter(byte[] Program, bool Logs)
{
    private const int InstructionLength = 8;
    private const int MostSteps = 1 << 16;
    private const int Scratch = 16; // BPF_MEMWORDS
    private const uint Architecture = 0xc000003e; // AUDIT_ARCH_X86_64
    private const uint DataLength = 64; // struct seccomp_data
    private const uint Allow = 0x7fff0000;
    private const uint AskTracer = 0x7ff00000;
    private const uint AskListener = 0x7fc00000;
    private const uint ActionMask = 0xffff0000;
    private const ushort ReturnConstant = 0x06;

    /// <summary>It leaves some calls to a tracer or a listener, who is outside.</summary>
    public bool AsksOthers
    {
        get
        {
            for (int at = 0; at < Program.Length; at += InstructionLength)
            {
                uint value = BinaryPrimitives.ReadUInt32LittleEndian(Program.AsSpan(at + 4));
                if (BinaryPrimitives.ReadUInt16LittleEndian(Program.AsSpan(at)) == ReturnConstant && (value & ActionMask) is AskTracer or AskListener)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Whether it allows a system call whatever its arguments are. What it makes of them is not known here: every way that it
    /// can go is gone.</summary>
    public bool Allows(SystemCall call)
    {
        Stack<State> ways = new([new State(0, 0, 0, new uint?[Scratch])]);
        for (int steps = 0; ways.TryPop(out State? way);)
        {
            while (true)
            {
                if (++steps > MostSteps || way.At >= Program.Length / InstructionLength)
                {
                    return false;
                }

                ReadOnlySpan<byte> instruction = Program.AsSpan(way.At * InstructionLength, InstructionLength);
                ushort code = BinaryPrimitives.ReadUInt16LittleEndian(instruction);
                uint k = BinaryPrimitives.ReadUInt32LittleEndian(instruction[4..]);
                way.At++;
                if ((code & 7) == 6)
                {
                    if (((code & 0x18) == 0 ? k : way.A) is not Allow)
                    {
                        return false;
                    }

                    break;
                }

                if ((code & 7) != 5)
                {
                    way.Do(code, k, (uint)call);
                    continue;
                }

                if ((code & 0xf0) == 0)
                {
                    way.At += (int)Math.Min(k, MostSteps);
                    continue;
                }

                bool? holds = way.Compare(code, k);
                if (holds is null)
                {
                    ways.Push(way with { At = way.At + instruction[3], Memory = [.. way.Memory] });
                }

                way.At += holds == false ? instruction[3] : instruction[2];
            }
        }

        return true;
    }

    /// <summary>Where it stands, and what is in its registers; null: anything.</summary>
    private sealed record State(int At, uint? A, uint? X, uint?[] Memory)
    {
        public int At { get; set; } = At;

        public uint? A { get; private set; } = A;

        private uint? X { get; set; } = X;

        public void Do(ushort code, uint k, uint call)
        {
            switch (code & 7)
            {
                case 0:
                    A = Load(code, k, call);
                    break;
                case 1:
                    X = Load(code, k, call);
                    break;
                case 2:
                    Memory[k % Scratch] = A;
                    break;
                case 3:
                    Memory[k % Scratch] = X;
                    break;
                case 4:
                    A = A is { } a && ((code & 8) == 0 ? k : X) is { } operand ? Calculate(code, a, operand) : null;
                    break;
                default:
                    if ((code & 0xf8) == 0)
                    {
                        X = A;
                    }
                    else
                    {
                        A = X;
                    }

                    break;
            }
        }

        public bool? Compare(ushort code, uint k)
        {
            if (A is not { } a || ((code & 8) == 0 ? k : X) is not { } operand)
            {
                return null;
            }

            return (code & 0xf0) switch
            {
                0x10 => a == operand,
                0x20 => a > operand,
                0x30 => a >= operand,
                0x40 => (a & operand) != 0,
                _ => null,
            };
        }

        /// <summary>Of struct seccomp_data number and architecture are known.</summary>
        private uint? Load(ushort code, uint k, uint call) => (code & 0xe0) switch
        {
            0x00 => k,
            0x20 => k == 0 ? call : k == 4 ? Architecture : null,
            0x60 => Memory[k % Scratch],
            0x80 => DataLength,
            _ => null,
        };

        private static uint? Calculate(ushort code, uint a, uint operand) => (code & 0xf0) switch
        {
            0x00 => a + operand,
            0x10 => a - operand,
            0x20 => a * operand,
            0x30 => operand == 0 ? null : a / operand,
            0x40 => a | operand,
            0x50 => a & operand,
            0x60 => operand < 32 ? a << (int)operand : null,
            0x70 => operand < 32 ? a >> (int)operand : null,
            0x80 => 0 - a,
            0xa0 => a ^ operand,
            _ => null,
        };
    }
}
