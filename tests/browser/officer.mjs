// An officer of a department who acts through the desk's own interface, without a page.
import { PASSWORD, PLATFORM } from './person.mjs'
import { departmentsOf } from './pack.mjs'

const signedIn = new Map()

/** An officer of a department, signed in once. */
export function officerOf(department) {
  if (!signedIn.has(department)) signedIn.set(department, signIn(department))
  return signedIn.get(department)
}

async function signIn(department) {
  const base = `${PLATFORM}/v1/desk`
  const signed = await fetch(`${base}/sign-in`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ account: `desk-${department}`, password: PASSWORD }) })
  if (!signed.ok) throw new Error(`desk-${department}: ${signed.status}`)
  const cookie = signed.headers.getSetCookie().map((one) => one.split(';')[0]).join('; ')
  const { token } = await (await fetch(`${base}/me`, { headers: { Cookie: cookie } })).json()
  const headers = { 'Content-Type': 'application/json', Cookie: cookie, 'X-Desk-Token': token }
  const post = async (path, body) => {
    const answer = await fetch(`${base}/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    const said = await answer.json()
    if (!answer.ok) throw new Error(`${path}: ${JSON.stringify(said)}`)
    return said
  }
  const open = (id) => post(`cases/${id}/open`, { purpose: 'handle' })
  const act = async (id, act) => {
    const { task } = await open(id)
    return post(`tasks/${task.id}/act`, { key: crypto.randomUUID(), revision: task.revision, act })
  }
  return { open, act }
}

/** What an officer does next on the way to the grant. */
function nextAct({ task, acts }) {
  const opinion = '符合条件'
  if (task && !task.mine && acts.includes('claim')) return { act: 'claim' }
  if (acts.includes('accept')) return { act: 'accept' }
  if (acts.includes('pass_step')) return { act: 'pass_step', opinion }
  return acts.includes('grant') ? { act: 'grant', opinion } : undefined
}

/** The departments of a service bring a case as far as it goes: to its grant, or to where it waits for somebody else. */
export async function workThrough(item, id) {
  for (let idle = 0; idle < 1; ) {
    idle = 1
    for (const department of departmentsOf(item)) {
      const officer = await officerOf(department)
      for (let opened = await officer.open(id).catch(() => undefined); opened?.task; ) {
        const next = nextAct(opened)
        if (!next) break
        await officer.act(id, next)
        idle = 0
        opened = await officer.open(id).catch(() => undefined)
      }
    }
  }
}
