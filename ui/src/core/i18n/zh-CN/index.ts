import core from './core.json'

export default { core }
