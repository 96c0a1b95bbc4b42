/** What Redis does in one exchange: the script that counts, which alone changes the counters there. */

import { createHash } from 'node:crypto'

/**
 * How the rows are laid out; part of every key's name. While it stays the same, gateways with another text of the script count on the same rows,
 * each by a script that goes by its own hash, so that no deploy replaces that of another. So a release may change the text and add fields (a share's
 * name begins with `h:`; fields that a script does not know it leaves alone), and may not change what a field means: that takes another number here,
 * and two releases, the first of which counts in both layouts.
 */
export const layout = 1

/**
 * Keys: the leases (by process, until when), the number of this process's last exchange, and the counters.
 * Arguments: the process; the number of this exchange; milliseconds that its shares stay its own; and of each counter its kind, capacity and period,
 * and what this process holds, needs at least and at most, and has used.
 * Answers with a line of numbers: the time, then granted, left and elsewhere of each counter.
 *
 * `gone` is what is missing from a full counter: what was given out, and in a bucket has not filled up again. A share is what its holder says that it
 * is: what the store has beyond that comes back, and what a server that began empty does not know of is taken again.
 */
const text = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local leases, last, me, number, lease = KEYS[1], KEYS[2], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local day, mine = 86400000, 'h:' .. ARGV[1]
local function whole(value) return string.format('%.0f', value) end

-- What was on its way on a connection that was given up must not undo what was said since.
if tonumber(redis.call('GET', last) or 0) >= number then return redis.error_reply('LATE a later exchange was done') end
redis.call('SET', last, ARGV[2], 'PX', day)
redis.call('ZADD', leases, whole(now + lease), me)
if #KEYS == 2 then
  redis.call('ZREMRANGEBYSCORE', leases, '-inf', whole(now))
  redis.call('PEXPIRE', leases, day)
end

local known = {}
local function lives(instance)
  if known[instance] == nil then known[instance] = tonumber(redis.call('ZSCORE', leases, instance) or 0) > now end
  return known[instance]
end

local function read(key)
  local row, fields = { others = 0 }, redis.pcall('HGETALL', key)
  -- What is no counter under the name of one would keep all others of an exchange from being counted.
  if fields.err then
    redis.call('DEL', key)
    fields = {}
  end
  for at = 1, #fields, 2 do
    local name, value = fields[at], tonumber(fields[at + 1])
    if name == 'gone' or name == 'at' then row[name] = value
    elseif name == mine then row.own = value
    elseif string.sub(name, 1, 2) == 'h:' then
      if lives(string.sub(name, 3)) then row.others = row.others + value else redis.call('HDEL', key, name) end
    end
  end
  return row
end

-- A clock that was set back fills up nothing, and holds nothing up for longer than a period.
local function fill(row, capacity, period)
  if now < row.at then row.at = math.min(row.at, now + period) return end
  if capacity == 0 then return end
  local due = math.floor((now - row.at) / period * capacity)
  if due >= row.gone then
    row.gone, row.at = 0, now
  else
    row.gone, row.at = row.gone - due, row.at + due / capacity * period
  end
end

local function write(key, row, wait)
  if row.gone + row.own + row.others == 0 then return redis.call('DEL', key) end
  redis.call('HSET', key, 'gone', whole(row.gone), 'at', string.format('%.17g', row.at), mine, whole(row.own))
  if row.own == 0 then redis.call('HDEL', key, mine) end
  redis.call('PEXPIRE', key, whole(day + math.min(wait, 400 * day)))
end

local answer = { whole(math.floor(now)) }
for at = 3, #KEYS do
  local key, from, row, numbers = KEYS[at], at * 7 - 17, read(KEYS[at]), {}
  for place = 1, 6 do numbers[place] = tonumber(ARGV[from + place]) end
  local capacity, period, held, least, most, used = unpack(numbers)

  local wait, before = 0, row.own or row.gone and held + used or 0
  row.gone, row.at, row.own = row.gone or 0, row.at or now, held
  if ARGV[from] == 'bucket' then
    fill(row, capacity, period)
    row.gone = math.max(0, row.gone + held + used - before)
  else
    row.gone = row.others + held
  end

  local free, granted = capacity - row.gone, 0
  if most > 0 and free > 0 and free >= least then granted = math.min(free, math.max(most, math.floor(free / 16))) end
  row.gone, row.own = row.gone + granted, row.own + granted
  if ARGV[from] == 'bucket' and capacity > 0 then wait = row.gone / capacity * period end
  write(key, row, wait)
  answer[#answer + 1] = whole(granted) .. ' ' .. whole(free - granted) .. ' ' .. whole(row.others)
end
return table.concat(answer, ' ')
`

export const script = { text, hash: createHash('sha1').update(text).digest('hex') } as const
