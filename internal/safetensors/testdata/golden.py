# Made golden.safetensors with the reference implementation (Debian trixie's python3-safetensors 0.5.2):
#   python3 golden.py golden.safetensors
import sys
from safetensors import serialize_file

sizes = dict(bool=1, uint8=1, int8=1, int16=2, uint16=2, float16=2, bfloat16=2,
             int32=4, uint32=4, float32=4, int64=8, uint64=8, float64=8)
tensors = {}
for i, (dtype, size) in enumerate(sizes.items()):
    tensors[f'g.{i}.{dtype}'] = dict(dtype=dtype, shape=[2, 3], data=bytes(range(i, i + 6 * size)))
tensors['scalar <&>'] = dict(dtype='float32', shape=[], data=b'\0\0\x80?')
tensors['empty "é" \u2603 \n'] = dict(dtype='float32', shape=[0, 4], data=b'')
serialize_file(tensors, sys.argv[1], {'step \\ é\t': 'infogan </script>'})
